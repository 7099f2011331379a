module.exports = (output, context) => {
  const { city } = JSON.parse(output);
  return { pass: city === context.vars.city, score: city.length / 10, reason: 'the city is named' };
};
