// A GitHub that knows nothing but its own description: GraphQL is executed against the schema, REST answers are made of the
// schemas of the description, and where a list goes on, of the description's own examples (through Prism). What milepost
// reads under a name that GitHub does not have is lacking in everything that it stores.
//
//   node hub.mjs PORT SCHEMA DESCRIPTION PRISM PACKAGES
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { Description } from './description.mjs';

const [port, schemaFile, descriptionFile, prism, packages] = process.argv.slice(2);
const { buildSchema, graphql, getNamedType, getNullableType, isListType, isEnumType, isAbstractType } = createRequire(`${packages}/`)('graphql');
const schema = buildSchema(readFileSync(schemaFile, 'utf8'), { assumeValidSDL: true });
const description = new Description(descriptionFile);
let made = 0;

const queries = `${description.base.replace(/\/v3$/, '')}/graphql`;
const words = { environment: 'production' };

function scalar(type, field, parent) {
  made += 1;
  if (field === 'login') return parent === 'User' ? `person-${made}` : 'acme';
  switch (type.name) {
    case 'Int': return field === 'totalCount' ? 1 : made;
    case 'Float': return made;
    case 'Boolean': return true;
    case 'BigInt': return String(4_000_000_000 + made);
    case 'DateTime': return '2025-01-01T00:00:00Z';
    case 'GitObjectID': return made.toString(16).padStart(40, '0');
    case 'String': return field === 'nameWithOwner' ? `acme/repository-${made}` : words[field] ?? `${field}-${made}`;
    default: return `${type.name}-${made}`;
  }
}

/** Of what kind something is whose type leaves that open. */
function kind(type) {
  const wanted = { Actor: 'User', RepositoryOwner: 'Organization' }[type.name];
  return wanted ?? schema.getPossibleTypes(type)[0].name;
}

function value(source, args, context, info) {
  const field = info.fieldName;
  if (source?.[field] !== undefined) return source[field];
  const parent = info.parentType.name;
  if (parent === 'PageInfo') return field === 'hasNextPage' ? !source.after : field === 'endCursor' ? 'further' : false;
  // A node's id says what it is.
  if (field === 'id') return `${parent}-${(made += 1)}`;
  if (field === 'node') return { __typename: args.id.split('-')[0], id: args.id };
  const type = getNullableType(info.returnType);
  const named = getNamedType(type);
  if (field === 'pageInfo') return { after: source.args?.after };
  if (field === 'nodes') {
    const kinds = source.args?.itemTypes?.map((name) => name.toLowerCase().replace(/(^|_)(.)/g, (_, __, letter) => letter.toUpperCase()));
    return (kinds ?? [isAbstractType(named) ? kind(named) : named.name]).map((__typename) => ({ __typename }));
  }
  const one = () => {
    if (isEnumType(named)) return named.getValues()[0].name;
    if (isAbstractType(named)) return { __typename: kind(named) };
    return 'getFields' in named ? { __typename: named.name, args } : scalar(named, field, parent);
  };
  return isListType(type) ? [one()] : one();
}

/** Of the words that a schema leaves open, those without which nothing further is asked for. */
function open(name) {
  made += 1;
  return { id: made, run_attempt: 2, status: 'completed', name: 'deploy', full_name: 'acme/repository-1', total_count: 2, slug: `team-${made}`,
    login: `person-${made}`, html_url: `https://github.test/orgs/acme/teams/team-${made}` }[name];
}

async function rest(request) {
  const found = description.operation(request.method, request.url);
  if (!found) return { status: 404, body: { message: 'Not Found' } };
  const content = description.answered(request.method, request.url);
  const schema = description.resolve(content.schema);
  const isList = schema.type === 'array' || schema.properties?.total_count !== undefined;
  if (isList && request.url.includes('page=2')) {
    const example = await fetch(prism + request.url, { headers: { accept: 'application/json' } });
    return { status: example.status, body: await example.json() };
  }
  const link = isList ? { link: `<http://127.0.0.1:${port}${request.url}&page=2>; rel="next"` } : {};
  return { status: 200, body: description.sample(schema, '', (name, schema) => (description.resolve(schema).properties ? undefined : open(name))), link };
}

async function query(body) {
  const { query, variables } = JSON.parse(body);
  return graphql({ schema, source: query, variableValues: variables, fieldResolver: value, typeResolver: ({ __typename }) => __typename });
}

createServer(async (request, response) => {
  let text = '';
  for await (const part of request) text += part;
  const said = request.url === queries ? { status: 200, body: await query(text) } : await rest(request);
  response.writeHead(said.status, { 'content-type': 'application/json', ...said.link });
  response.end(JSON.stringify(said.body));
}).listen(Number(port), '127.0.0.1');
