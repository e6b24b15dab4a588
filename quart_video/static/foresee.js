// What this browser will not play of a video, told by the names of its codecs, and by what is heard.

// Kinds of files that only those play who say so; of others some say less than they do.
const RARE = /^video\/(?:mp2t|mpeg|x-(?:msvideo|ms-.*|flv))$/;
const ELSEWHERE = ["video/mp4", "video/webm", "video/ogg", "video/x-matroska"];
export const ISO = ["video/mp4", "video/quicktime", "video/x-m4v", "video/3gpp", "video/3gpp2"];

/** Return the sound tracks of a video, each with the name of its codec, "?" where it has none. */
function soundsOf({ qvSounds }) {
  return (qvSounds ?? "").split("|").filter(Boolean).map((text) => ({
    marked: text.startsWith("*"),
    codec: text.slice(1),
  }));
}

// Firefox reads each kind of file by a reader of its own, which knows some codecs alone: what it
// says of the kind is true. Others read all files alike, but do not say so of each kind.
export const isStrict = (video) => "mozHasAudio" in video;

// Browsers know Matroska by the name that it had before it was registered.
const typeOf = ({ dataset }) => dataset.qvType.replace("video/matroska", "video/x-matroska");

function plays(video, codec) {
  const type = typeOf(video);
  const known = isStrict(video) && video.canPlayType(type);
  // In MP4 the three layers of MPEG sound have one name, and one decoder in Firefox.
  const asked = known && ISO.includes(type) && /^mp[12]$/.test(codec) ? "mp3" : codec;
  return (known ? [type] : [type, ...ELSEWHERE])
    .some((container) => video.canPlayType(`${container}; codecs="${asked}"`));
}

/** Tell whether nothing will be heard: of no track that may play, the codec is known here. */
function isSilent(video) {
  const sounds = soundsOf(video.dataset);
  if (!sounds.length) return false;
  const marked = sounds.filter((sound) => sound.marked);
  // Of MP4 the track that is switched on is played, by all but Firefox.
  const others = isStrict(video) || !ISO.includes(video.dataset.qvType) || !marked.length;
  return (others ? sounds : marked).every(({ codec }) => !plays(video, codec));
}

/** Tell what will not play: "type" is all of it; null: nothing, or nobody knows. */
export function foresee(video) {
  const { qvPicture: picture, qvType: type } = video.dataset;
  if (RARE.test(type) && !video.canPlayType(type)) return "type";
  const blind = Boolean(picture) && !plays(video, picture);
  const silent = isSilent(video);
  if (blind) return silent || !soundsOf(video.dataset).length ? "type" : "picture";
  if (!silent) return null;
  return picture === "" ? "type" : "sound"; // there is nothing but sound in it
}

/** Tell what does not play of what has been loaded; the first frame is there. */
export function seen(video, foreseen) {
  const { qvType: type, qvPicture: picture } = video.dataset;
  // Browsers say that they can play what they can only hear: a codec is missing.
  if (video.videoWidth === 0 && type.startsWith("video/") && picture !== "") return "picture";
  if (!isStrict(video)) return foreseen === "sound" && !isHeard(video) ? foreseen : null;
  return soundsOf(video.dataset).length && !video.mozHasAudio ? "sound" : null;
}

/** Tell whether sound has been decoded, as far as the browser tells; names may have been wrong. */
export function isHeard(video) {
  return video.mozHasAudio ?? video.webkitAudioDecodedByteCount > 0;
}
