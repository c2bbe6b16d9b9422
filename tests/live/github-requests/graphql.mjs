// Holds every GraphQL query that was written down against a schema of GitHub's: whether it is valid, whether its variables
// are of the types that it says, and what of it GitHub means to take away.
//
//   node graphql.mjs REQUESTS SERVER SCHEMA PACKAGES
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { asked } from './description.mjs';

const [file, server, schemaFile, packages] = process.argv.slice(2);
const { buildSchema, parse, validate, specifiedRules, NoDeprecatedCustomRule, typeFromAST, coerceInputValue } = createRequire(`${packages}/`)('graphql');
const schema = buildSchema(readFileSync(schemaFile, 'utf8'), { assumeValidSDL: true });
const requests = asked(file, server).requests.filter((request) => /\/graphql$/.test(request.target));
const rules = [...specifiedRules, NoDeprecatedCustomRule];
const checked = new Map();

function judged({ query, variables }) {
  const wrong = [];
  if (!checked.has(query)) checked.set(query, parse(query));
  wrong.push(...validate(schema, checked.get(query), rules).map((error) => error.message));
  const declared = checked.get(query).definitions[0].variableDefinitions ?? [];
  for (const { variable, type } of declared) {
    const [name, known] = [variable.name.value, typeFromAST(schema, type)];
    const value = variables[name];
    if (value === undefined && type.kind === 'NonNullType') wrong.push(`$${name} is not given`);
    if (value !== undefined && known) coerceInputValue(value, known, (_, __, error) => wrong.push(`$${name}: ${error.message}`));
  }
  const undeclared = Object.keys(variables).filter((name) => !declared.some(({ variable }) => variable.name.value === name));
  return [...wrong, ...undeclared.map((name) => `$${name} is not declared`)];
}

const violations = new Set();
for (const { body, streams } of requests) judged(body).forEach((why) => violations.add(`${streams}: ${why}`));
const queries = checked.size;
// What finds nothing may be blind: each of these must be refused.
const one = requests.find(({ body }) => body.query.includes('reviews(') && 'name' in body.variables).body;
const spoiled = [
  { ...one, query: one.query.replace('fullDatabaseId', 'databaseId') },
  { ...one, query: one.query.replace('mergedAt', 'mergedAtTime') },
  { ...one, query: one.query.replace('UPDATED_AT', 'UPDATED') },
  { ...one, variables: { ...one.variables, first: 'all' } },
  { ...one, variables: { ...one.variables, owner: undefined } },
];
for (const [place, body] of spoiled.entries()) {
  if (judged(body).length === 0) violations.add(`the ${place + 1}. spoiled query ought to be refused and is not`);
}
console.log(`${server}: ${queries} GraphQL queries in ${requests.length} distinct requests, ${violations.size} violations`);
console.log(`  (${spoiled.length} spoiled ones were refused)`);
for (const violation of violations) console.log(`  ${violation}`);
process.exitCode = violations.size || queries === 0 ? 1 : 0;
