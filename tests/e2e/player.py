"""What the tests have a player do, in JavaScript, and what it shows on the screen then.

Each of these is the body of an async function: :data:`LIBRARY`, then what to do.
"""

from __future__ import annotations

from tests.e2e.film import BITS, BLOCK, HEIGHT, WIDTH

LIBRARY = f"""
const video = document.querySelector('video');
const within = (promise, what) => Promise.race([promise, new Promise((_, reject) =>
    setTimeout(() => reject(new Error('not within 20 s: ' + what)), 20000))]);
const frame = () => new Promise(resolve =>
    video.requestVideoFrameCallback((_, metadata) => resolve(metadata.mediaTime)));
const number = () => {{
    const canvas = Object.assign(document.createElement('canvas'),
        {{width: {WIDTH}, height: {HEIGHT}}});
    const context = canvas.getContext('2d');
    context.drawImage(video, 0, 0);
    const line = context.getImageData(0, {HEIGHT // 4}, {WIDTH}, 1).data;
    let number = 0;
    for (let bit = 0; bit < {BITS}; bit++)
        number = number << 1 | (line[4 * (bit * {BLOCK} + {BLOCK // 2})] > 127);
    return number;
}};
"""
"""What the others need. No waiting takes longer than 20 seconds."""

PLAY = """
const times = [], clock = [];
video.muted = true;
await within(video.play(), 'play');
while (times.length < 8) {
    times.push(await within(frame(), 'a frame'));
    clock.push(video.currentTime);
}
video.pause();
return {times, clock, width: video.videoWidth, height: video.videoHeight};
"""
"""Play some frames; return their times, the player's own at each, and the size of the picture."""

SEEK = """
video.pause();
const shown = frame(), seeked = new Promise(done => video.onseeked = done);
video.currentTime = argument;
await within(seeked, 'seeked');
const time = await within(shown, 'the frame');
return {time, number: number()};
"""
"""Go to the second that is the argument; return the time and the number of the frame shown then."""

CAPTION = """
const track = video.textTracks[0];
const loaded = async () => {
    while (!track.activeCues || track.activeCues.length === 0)
        await new Promise(resolve => setTimeout(resolve, 50));
};
await within(loaded(), 'captions');
return {mode: track.mode, count: track.cues.length, text: track.activeCues[0].text};
"""
"""Wait for captions to show; return the mode of their track, how many there are, and the text."""
