// An authenticator app. It reads a QR code as a camera does, and shows its code at a time:
// node authenticator.mjs scan IMAGE.png | node authenticator.mjs code URI MILLISECONDS | node authenticator.mjs check QR.js
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import jsqr from 'jsqr';
import { URI } from 'otpauth';
import { PNG } from 'pngjs';

const [, , command, argument, time] = process.argv;
const read = (rgba, width, height) => {
  const found = jsqr(new Uint8ClampedArray(rgba), width, height);
  return found ? new TextDecoder().decode(Uint8Array.from(found.binaryData)) : undefined;
};
const commands = {
  async scan() {
    const { data, width, height } = PNG.sync.read(await readFile(argument));
    return read(data, width, height) ?? 'nothing';
  },

  code: () => URI.parse(argument).generate({ timestamp: Number(time) }),

  // Each length that fits, with a stain on it that the error correction must repair.
  async check() {
    const { qrCode } = await import(pathToFileURL(argument));
    const sizes = new Set();
    for (let length = 1; length <= 213; length++) {
      const text = 'otpauth://totp/Ex%C3%A4mple:ada?secret='.repeat(6).slice(0, length);
      const code = qrCode(text);
      const center = Math.floor(code.length / 2);
      code[center].fill(true, center, center + 3);
      sizes.add(code.length);
      if (read(draw(code), (code.length + 8) * 4, (code.length + 8) * 4) !== text) {
        return `${length} bytes are not read`;
      }
    }

    return `${sizes.size} sizes, then ${qrCode('x'.repeat(214))}`;
  },
};

// Four pixels for each module, and a margin of four modules.
function draw(code) {
  const width = (code.length + 8) * 4;
  const rgba = new Uint8ClampedArray(width * width * 4).fill(255);
  for (let pixel = 0; pixel < width * width; pixel++) {
    const [row, column] = [Math.floor(pixel / width / 4) - 4, Math.floor(pixel % width / 4) - 4];
    if (code[row]?.[column]) {
      rgba.fill(0, pixel * 4, pixel * 4 + 3);
    }
  }

  return rgba;
}

console.log(await commands[command]());
