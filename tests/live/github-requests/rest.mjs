// Sends every REST request that was written down to Prism, which holds it against GitHub's description.
//
//   node rest.mjs trim REQUESTS SERVER DESCRIPTION OUT     the description of what is asked, for Prism
//   node rest.mjs send REQUESTS SERVER DESCRIPTION PRISM   one line a violation; fails where there is one
import { writeFileSync } from 'node:fs';
import { asked, Description } from './description.mjs';

const [what, file, server, descriptionFile, last] = process.argv.slice(2);
const description = new Description(descriptionFile);
const isQuery = (request) => /\/graphql$/.test(request.target);
const requests = asked(file, server).requests.filter((request) => !isQuery(request));

if (what === 'trim') {
  writeFileSync(last, JSON.stringify(description.trimmed(requests)));
} else {
  const violations = [];
  const endpoints = new Set();
  let ill = 0;
  for (const request of requests) {
    const found = description.operation(request.method, request.target);
    if (found) endpoints.add(`${request.method} ${found.path}`);
    const { wrong, isIll } = await judged(request, found);
    ill += isIll ? 1 : 0;
    violations.push(...wrong.map((why) => `${request.method} ${request.target}: ${why}`));
  }
  // What finds nothing may be blind: each of these must be refused.
  const lists = requests.filter((request) => request.target.includes('per_page=100'));
  const spoiled = [
    [lists[0], 'per_page=100', 'per_page=many'],
    [lists[0], 'per_page=100', 'per_pages=100'],
    [lists.find((request) => request.target.includes('filter=all')), 'filter=all', 'filter=everything'],
    [lists.find((request) => request.target.includes('created=')), 'created=', 'created=about+'],
    [requests.find((request) => /runs\/\d+\?/.test(request.target)), /runs\/\d+/, 'runs/latest'],
    [lists[0], /\/(teams|runs)/, '/$1s'],
  ];
  for (const [request, from, to] of spoiled) {
    const target = request.target.replace(from, to);
    const { wrong } = await judged({ ...request, target }, description.operation(request.method, target));
    if (wrong.length === 0) violations.push(`${request.method} ${target}: ought to be refused and is not`);
  }
  console.log(`${server}: ${requests.length} distinct REST requests to ${endpoints.size} endpoints, ${violations.length} violations`);
  console.log(`  (${spoiled.length} spoiled ones were refused; ${ill} were answered with examples that do not fit their own description)`);
  violations.forEach((violation) => console.log(`  ${violation}`));
  process.exitCode = violations.length || requests.length === 0 ? 1 : 0;
}

/** What is wrong with a request, and whether what Prism answers with is. */
async function judged(request, found) {
  if (!found) return { wrong: ['the description has no such path'] };
  const wrong = [];
  // A field of the query that nobody describes is no violation to Prism, and without effect on GitHub.
  const fields = new URL(request.target, 'http://x').searchParams;
  const known = (found.operation.parameters ?? []).map((one) => description.resolve(one)).filter((one) => one.in === 'query');
  for (const name of fields.keys()) {
    if (!known.some((one) => one.name === name)) wrong.push(`no field \`${name}\` is described`);
  }
  const instant = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`;
  const created = fields.get('created');
  if (created !== null && !new RegExp(`^(>=${instant}|${instant}\\.\\.${instant})$`).test(created)) wrong.push('no range of a search');
  if (Number(fields.get('per_page') ?? 100) > 100) wrong.push('more than 100 a page');
  const { authorization, ...headers } = request.headers;
  const answer = await fetch(last + request.target, {
    method: request.method,
    headers: { ...headers, authorization: `${authorization} made-up` },
    body: request.body === null ? undefined : JSON.stringify(request.body),
  });
  const said = await answer.json();
  const noted = [...(said.validation ?? []), ...JSON.parse(answer.headers.get('sl-violations') ?? '[]')];
  const ours = noted.filter((one) => one.location[0] !== 'response');
  if (ours.length) wrong.push(...ours.map((one) => `${one.location.join('.')}: ${one.message}`));
  else if (!answer.ok && noted.length === 0) wrong.push(`status ${answer.status}: ${JSON.stringify(said)}`);
  return { wrong, isIll: noted.length > ours.length };
}
