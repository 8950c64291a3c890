// Runs Azurite for a parent process and stops it when the parent closes our standard input, which also happens when the parent is killed.
// A Ctrl-C in the terminal reaches us too, but then the parent still needs its storage to finish its requests.
const on = process.once;
process.once = function (event, listener) {
  return event === 'SIGINT' || event === 'SIGTERM' ? this : on.call(this, event, listener);
};
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.stdin.on('end', () => process.emit('message', 'shutdown')).resume();

require(require('path').join(process.cwd(), 'node_modules', 'azurite', 'dist', 'src', 'azurite.js'));
