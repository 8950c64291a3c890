// Runs Azurite for a parent process and stops it when the parent closes our standard input, which also happens when the parent is killed.
// A Ctrl-C in the terminal reaches us too, but then the parent still needs its storage to finish its requests.
const on = process.once;
process.once = function (event, listener) {
  return event === 'SIGINT' || event === 'SIGTERM' ? this : on.call(this, event, listener);
};
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.stdin.on('end', () => setInterval(() => process.emit('message', 'shutdown'), 100).unref()).resume();

// A parent that was killed reads nothing any more; what we print must not end us before the data is saved.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

// Its database re-sorts a collection's indices for every batch it changes or removes, even for one of a single document or none: each poll of a queue would
// take longer with every message in storage, and the messages of a busy minute, removed one by one, would stop everything for seconds.
const modules = require('path').join(process.cwd(), 'node_modules');
const { Collection } = require(`${modules}/lokijs`);
const oneByOne = (batchVerb, verb) => {
  const changeBatch = Collection.prototype[batchVerb];
  Collection.prototype[batchVerb] = function (items) {
    return Array.isArray(items) && items.length < 2 ? items.forEach((item) => verb.call(this, item)) : changeBatch.call(this, items);
  };
};
const { update, remove } = Collection.prototype;
oneByOne('update', update);
oneByOne('removeBatch', remove);
oneByOne('removeBatchByPositions', function (position) {
  this.remove(this.data[position]);
});

require(`${modules}/azurite/dist/src/azurite.js`);
