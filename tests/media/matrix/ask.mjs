// What mediabunny and mp4box.js say of files, a line of JSON each. Arguments: where the two packages
// are, then the files.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [bunnyFolder, boxFolder, ...files] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const bunny = require(`${bunnyFolder}/dist/bundles/mediabunny.node.cjs`);
const box = await import(pathToFileURL(`${boxFolder}/dist/mp4box.all.mjs`));
box.Log?.setLogLevel?.(box.Log.LOG_LEVEL_ERROR);
console.log = console.warn = console.error = console.info = console.debug = () => {};

async function attempt(ask) {
    try {
        return await ask();
    } catch {
        return null;
    }
}

async function askBunny(data) {
    const input = new bunny.Input({ source: new bunny.BufferSource(data), formats: bunny.ALL_FORMATS });
    if (!(await input.canRead())) return null;
    const tracks = await input.getTracks();
    const videos = tracks.filter(track => track.isVideoTrack());
    const audios = tracks.filter(track => track.isAudioTrack());
    const first = (await input.getPrimaryVideoTrack()) ?? videos[0];
    const rate = first && (await attempt(() => first.computePacketStats()));
    return {
        duration: await attempt(() => input.computeDuration()),
        start: await attempt(() => input.getFirstTimestamp()),
        width: first && (await attempt(() => first.getDisplayWidth())),
        height: first && (await attempt(() => first.getDisplayHeight())),
        rotation: first && (await attempt(() => first.getRotation())),
        rate: rate && rate.packetCount > 1 ? rate.averagePacketRate : null,
        picture: first && (await attempt(() => first.getCodec())),
        codecs: first && (await attempt(() => first.getCodecParameterString())),
        sounds: await Promise.all(audios.map(async track => ({
            codec: await attempt(() => track.getCodec()),
            codecs: await attempt(() => track.getCodecParameterString()),
            channels: await attempt(() => track.getNumberOfChannels()),
            rate: await attempt(() => track.getSampleRate()),
            language: await attempt(() => track.getLanguageCode()),
        }))),
    };
}

function askBox(data) {
    const file = box.createFile();
    let told = null;
    file.onReady = info => { told = info; };
    const buffer = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
    buffer.fileStart = 0;
    file.appendBuffer(buffer);
    file.flush();
    if (told === null) return null;
    return told.tracks.map(({ type, codec, language, audio, track_width, track_height }) => (
        { type, codec, language, audio: audio ?? null, width: track_width, height: track_height }));
}

for (const file of files) {
    const data = readFileSync(file);
    const answer = { bunny: await attempt(() => askBunny(data)), box: await attempt(() => askBox(data)) };
    process.stdout.write(`${JSON.stringify(answer)}\n`);
}
