// sharp, one pipeline for each size; it speaks as worker.py does.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import path from "node:path";

const [sizes, kind, , picture] = process.argv.slice(2);
const sharp = createRequire(path.join(process.cwd(), "package.json"))("sharp");
sharp.concurrency(1);
sharp.cache(false);
const data = readFileSync(picture);
const QUALITY = 80;

async function render() {
  const pictures = [];
  for (const [width, height] of JSON.parse(sizes)) {
    const resized = sharp(data).resize(width, height, { fit: "inside", withoutEnlargement: true });
    const encoded = kind === "png" ? resized.png() : resized.jpeg({ quality: QUALITY });
    pictures.push(await encoded.toBuffer());
  }
  return pictures;
}

async function timed() {
  const began = performance.now();
  const busy = process.cpuUsage();
  const pictures = await render();
  const { user, system } = process.cpuUsage(busy);
  return {
    cpu: (user + system) / 1000,
    wall: performance.now() - began,
    bytes: pictures.reduce((sum, each) => sum + each.length, 0),
  };
}

console.log(JSON.stringify("ready"));
for await (const line of createInterface({ input: process.stdin })) {
  const { times, into } = JSON.parse(line);
  if (into) {
    (await render()).forEach((each, number) =>
      writeFileSync(path.join(into, `${number}.${kind}`), each),
    );
    console.log(JSON.stringify("done"));
  } else {
    const rounds = [];
    for (let round = 0; round < times; round++) rounds.push(await timed());
    console.log(JSON.stringify(rounds));
  }
}
