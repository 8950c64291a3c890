// Reads the reports of test runs (CTRF). Prints the classes and the cases that took longest, then all failures, and at the end one line
// that counts. Fails on a failure and on a run without a test.
//
//   dotnet test --project AccountFunctions.Tests --report-xunit-ctrf --report-xunit-ctrf-filename product.json
//   node .ci/results.mjs AccountFunctions.Tests/bin/Debug/net10.0/TestResults/product.json
import { existsSync, readFileSync } from 'node:fs';

const files = process.argv.slice(2);
const missing = files.filter(file => !existsSync(file));
const runs = files.filter(existsSync).map(file => JSON.parse(readFileSync(file, 'utf8')).results);
const tests = runs.flatMap(run => run.tests);
const errors = runs.flatMap(run => run.extra.suites.flatMap(suite => suite.errors));

const seconds = milliseconds => (milliseconds / 1000).toFixed(1).padStart(7);
const short = name => name.replace(/^(AccountFunctions|Delivery)\.Tests\./, '');

function printSlowest(title, rows) {
  console.log(`\n${title}`);
  rows.sort((one, other) => other.duration - one.duration).slice(0, 20).forEach(
    row => console.log(`${seconds(row.duration)} s  ${row.name.length > 120 ? `${row.name.slice(0, 119)}…` : row.name}`));
}

const classes = new Map();
for (const test of tests) {
  const name = short(test.extra.type);
  const known = classes.get(name) ?? { duration: 0, count: 0 };
  classes.set(name, { duration: known.duration + test.duration, count: known.count + 1 });
}

const all = tests.reduce((sum, test) => sum + test.duration, 0);
printSlowest(
  `The slowest classes, of ${classes.size} that took ${seconds(all).trim()} s:`,
  [...classes].map(([name, { duration, count }]) => ({ name: `${name} (${count})`, duration })));
printSlowest('The slowest cases:', tests.map(test => ({ name: short(test.name), duration: test.duration })));

const failed = tests.filter(test => test.status === 'failed');
for (const test of failed) {
  console.log(`\nfailed ${test.name}\n${test.message ?? ''}\n${test.trace ?? ''}`);
}

for (const error of errors) {
  console.log(`\nerror ${JSON.stringify(error, null, 2)}`);
}

missing.forEach(file => console.log(`\nerror: no report ${file}`));
const passed = tests.filter(test => test.status === 'passed').length;
const count = failed.length + errors.length + missing.length;
console.log(`\n${passed} passed, ${count} failed`);
process.exit(count > 0 || runs.length === 0 || runs.some(run => !run.tests.some(test => test.status === 'passed')) ? 1 : 0);
