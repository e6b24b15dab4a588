// Read every packet of MP4s with mediabunny and mp4box.js, and tell what they warn of, and which
// languages there are: a line of JSON each. Arguments: where the two packages are, then the files.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [bunnyFolder, boxFolder, ...files] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const bunny = require(`${bunnyFolder}/dist/bundles/mediabunny.node.cjs`);
const box = await import(pathToFileURL(`${boxFolder}/dist/mp4box.all.mjs`));

let problems = [];
let languages = [];
// Texts of QuickTime stay as they are: mp4box.js has no name for them, and passes them over. It reads
// more of dfLa than there is, and goes back, in the MP4s that FFmpeg writes, too.
const isKnown = text => text.includes("Invalid box type: '\u00a9") || text.includes("box 'dfLa' read 38 more");
const note = (...words) => {
    const text = words.map(String).join(' ');
    if (!isKnown(text)) problems.push(text);
};
console.warn = console.error = note;
console.log = console.info = console.debug = () => {};
box.Log?.setLogLevel?.(box.Log.LOG_LEVEL_WARNING ?? box.Log.LOG_LEVEL_ERROR);

async function askBunny(data) {
    const input = new bunny.Input({ source: new bunny.BufferSource(data), formats: [bunny.MP4] });
    const counts = [];
    for (const track of await input.getTracks()) {
        const sink = new bunny.EncodedPacketSink(track);
        let [count, bytes] = [0, 0];
        for await (const packet of sink.packets()) {
            count += 1;
            bytes += packet.data.byteLength;
        }
        counts.push([count, bytes]);
        languages.push([await track.getLanguageCode()]);
    }
    return counts;
}

function askBox(data) {
    const file = box.createFile();
    let told = null;
    file.onReady = info => { told = info; };
    file.onError = (...words) => note('mp4box', ...words);
    const buffer = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
    buffer.fileStart = 0;
    file.appendBuffer(buffer);
    file.flush();
    if (told === null) {
        note('mp4box is not ready');
        return [];
    }
    return told.tracks.map(({ id, language }, number) => {
        languages[number]?.push(language);
        const samples = file.getTrackSamplesInfo(id);
        const bytes = samples.reduce((sum, each) => sum + each.size, 0);
        const outside = samples.filter(each => each.offset + each.size > data.byteLength).length;
        if (outside) note(`${outside} samples are outside of the file`);
        return [samples.length, bytes];
    });
}

for (const path of files) {
    problems = [];
    languages = [];
    const data = readFileSync(path);
    const answer = { bunny: [], box: [] };
    for (const [name, ask] of [['bunny', askBunny], ['box', askBox]]) {
        try {
            answer[name] = await ask(data);
        } catch (error) {
            note(name, error);
        }
    }
    process.stdout.write(`${JSON.stringify({ ...answer, problems, languages })}\n`);
}
