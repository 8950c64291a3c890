/**
 * QR codes (ISO/IEC 18004) of texts up to 213 bytes: byte mode, error correction level M, versions 1 to 10. An `otpauth://` URI needs no
 * more, so the page needs no package for it.
 */

// For each version: the bytes of error correction in a block, and how many blocks have how many bytes of data.
const blocksOf = [
  [10, [1, 16]], [16, [1, 28]], [26, [1, 44]], [18, [2, 32]], [24, [2, 43]],
  [16, [4, 27]], [18, [4, 31]], [22, [2, 38], [2, 39]], [22, [3, 36], [2, 37]], [26, [4, 43], [1, 44]],
];
const alignmentOf = [[], [18], [22], [26], [30], [34], [22, 38], [24, 42], [26, 46], [28, 50]];
const masks = [
  (row, column) => (row + column) % 2,
  row => row % 2,
  (_, column) => column % 3,
  (row, column) => (row + column) % 3,
  (row, column) => (Math.floor(row / 2) + Math.floor(column / 3)) % 2,
  (row, column) => row * column % 2 + row * column % 3,
  (row, column) => (row * column % 2 + row * column % 3) % 2,
  (row, column) => ((row + column) % 2 + row * column % 3) % 2,
];

/** The modules of the code, row by row: true is dark. Undefined if the text is too long. */
export function qrCode(text) {
  const bytes = new TextEncoder().encode(text);
  const index = blocksOf.findIndex((_, index) => bytes.length + (index < 9 ? 2 : 3) <= capacityOf(index));
  if (index < 0) {
    return undefined;
  }

  const bits = interleave(index, encode(index, bytes));
  const codes = masks.map((_, mask) => draw(index, bits, mask));
  return codes.reduce((best, code) => penaltyOf(code) < penaltyOf(best) ? code : best);
}

const capacityOf = index => blocksOf[index].slice(1).reduce((sum, [count, size]) => sum + count * size, 0);
const bitsOf = (value, length) => Array.from({ length }, (_, bit) => value >> length - 1 - bit & 1);

// Mode, length, text, terminator, and padding to the full capacity.
function encode(index, bytes) {
  const capacity = capacityOf(index);
  const bits = [0, 1, 0, 0, ...bitsOf(bytes.length, index < 9 ? 8 : 16), ...[...bytes].flatMap(byte => bitsOf(byte, 8)), 0, 0, 0, 0];
  const data = Array.from({ length: bits.length / 8 }, (_, byte) => parseInt(bits.slice(byte * 8, byte * 8 + 8).join(''), 2));
  return Array.from({ length: capacity }, (_, place) => data[place] ?? [0xec, 0x11][(place - data.length) % 2]);
}

// The bytes of all blocks in turn, then those of their error correction, as bits.
function interleave(index, data) {
  const [correction, ...groups] = blocksOf[index];
  let start = 0;
  const blocks = groups.flatMap(([count, size]) => Array.from({ length: count }, () => data.slice(start, start += size)));
  const corrections = blocks.map(block => remainderOf(block, correction));
  const turns = (lists, length) => Array.from({ length }, (_, turn) => lists.map(list => list[turn])).flat();
  return [...turns(blocks, Math.max(...blocks.map(block => block.length))), ...turns(corrections, correction)]
    .filter(byte => byte !== undefined).flatMap(byte => bitsOf(byte, 8));
}

// Multiplication in the field of 256 elements with the polynomial 0x11d.
function times(a, b) {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = product << 1 ^ (product >> 7) * 0x11d ^ (b >> bit & 1) * a;
  }

  return product;
}

// Reed-Solomon: the remainder of the data divided by (x - 1)(x - 2)(x - 4)…
function remainderOf(data, length) {
  let divisor = [1];
  for (let root = 1, degree = 0; degree < length; degree++, root = times(root, 2)) {
    const old = divisor;
    divisor = Array.from({ length: old.length + 1 }, (_, place) => (old[place] ?? 0) ^ times(old[place - 1] ?? 0, root));
  }

  return data.reduce((rest, byte) => {
    const factor = byte ^ rest[0];
    return divisor.slice(1).map((coefficient, place) => (rest[place + 1] ?? 0) ^ times(coefficient, factor));
  }, Array(length).fill(0));
}

function draw(index, bits, mask) {
  const size = 21 + index * 4;
  const modules = Array.from({ length: size }, () => Array(size).fill(undefined));
  const set = (row, column, isDark) => {
    if (row >= 0 && row < size && column >= 0 && column < size) {
      modules[row][column] = Boolean(isDark);
    }
  };

  // Timing, then what lies on it: three finders with their light borders, and the alignment patterns.
  for (let place = 0; place < size; place++) {
    set(6, place, place % 2 === 0);
    set(place, 6, place % 2 === 0);
  }

  const square = (row, column, radius, isDark) => {
    for (let y = -radius; y <= radius; y++) {
      for (let x = -radius; x <= radius; x++) {
        set(row + y, column + x, isDark(Math.max(Math.abs(x), Math.abs(y))));
      }
    }
  };
  for (const [row, column] of [[3, 3], [3, size - 4], [size - 4, 3]]) {
    square(row, column, 4, distance => distance !== 2 && distance !== 4);
  }

  const centers = [6, ...alignmentOf[index]];
  const last = centers.at(-1);
  for (const row of index === 0 ? [] : centers) {
    for (const column of centers) {
      if (!(row === 6 && column === 6 || row === 6 && column === last || row === last && column === 6)) {
        square(row, column, 2, distance => distance !== 1);
      }
    }
  }

  drawFormat(set, size, mask);
  if (index >= 6) {
    drawVersion(set, size, index + 1);
  }

  // The data, in columns of two from the right, up and down in turn, around the vertical timing.
  let next = 0;
  for (let right = size - 1; right > 0; right -= right === 8 ? 3 : 2) {
    const isUp = Math.floor((size - 1 - right + (right < 6 ? 1 : 0)) / 2) % 2 === 0;
    for (let step = 0; step < size; step++) {
      const row = isUp ? size - 1 - step : step;
      for (const column of [right, right - 1]) {
        if (modules[row][column] === undefined) {
          set(row, column, (bits[next++] ?? 0) ^ (masks[mask](row, column) === 0));
        }
      }
    }
  }

  return modules;
}

// A number with its remainder by a generator polynomial (BCH).
function withRemainder(value, length, generator) {
  let rest = value << length;
  for (let bit = Math.floor(Math.log2(rest || 1)); bit >= length; bit--) {
    rest ^= (rest >> bit & 1) * (generator << bit - length);
  }

  return value << length | rest;
}

// Level M is 00, and the mask follows.
function drawFormat(set, size, mask) {
  const format = withRemainder(mask, 10, 0x537) ^ 0x5412;
  for (let bit = 0; bit < 15; bit++) {
    const isDark = format >> bit & 1;
    set(bit < 6 ? bit : bit < 8 ? bit + 1 : size - 15 + bit, 8, isDark);
    set(8, bit < 8 ? size - 1 - bit : bit === 8 ? 7 : 14 - bit, isDark);
  }

  set(size - 8, 8, true);
}

function drawVersion(set, size, version) {
  const bits = withRemainder(version, 12, 0x1f25);
  for (let bit = 0; bit < 18; bit++) {
    set(Math.floor(bit / 3), size - 11 + bit % 3, bits >> bit & 1);
    set(size - 11 + bit % 3, Math.floor(bit / 3), bits >> bit & 1);
  }
}

// How hard a code is to read: long runs, blocks of one colour, what looks like a finder, and too much of one colour.
function penaltyOf(code) {
  const size = code.length;
  const lines = [...code, ...code.map((_, column) => code.map(row => row[column]))].map(line => line.map(Number).join(''));
  const runs = lines.flatMap(line => line.match(/0{5,}|1{5,}/g) ?? []).reduce((sum, run) => sum + run.length - 2, 0);
  const finders = lines.reduce((sum, line) => sum + (line.match(/(?=10111010000|00001011101)/g)?.length ?? 0), 0);
  let blocks = 0;
  for (let row = 1; row < size; row++) {
    for (let column = 1; column < size; column++) {
      const dark = code[row][column] + code[row - 1][column] + code[row][column - 1] + code[row - 1][column - 1];
      blocks += dark % 4 === 0 ? 1 : 0;
    }
  }

  const share = code.flat().filter(Boolean).length / size / size;
  return runs + 3 * blocks + 40 * finders + 10 * Math.floor(Math.abs(share - 0.5) * 20);
}
