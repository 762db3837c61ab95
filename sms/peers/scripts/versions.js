// Says which of the packages can be loaded, and in which version: the test of the installation itself.
const say = (value) => process.stdout.write(JSON.stringify(value) + '\n');

require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const wanted = JSON.parse(line);
  try {
    require(wanted);
    say({ name: wanted, version: require(wanted + '/package.json').version });
  } catch (problem) {
    say({ name: wanted, problem: String(problem) });
  }
});
