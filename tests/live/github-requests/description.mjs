// GitHub's description of its REST API, cut down to what is asked: Prism reads that in seconds instead of minutes.
import { readFileSync } from 'node:fs';

/** The lines that the test wrote down: requests by server, and streams. */
export function asked(file, server) {
  const lines = readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  return {
    requests: lines.filter((line) => line.is === 'request' && (!server || line.server === server)),
    streams: lines.filter((line) => line.is === 'stream'),
  };
}

export class Description {
  constructor(file) {
    this.whole = JSON.parse(readFileSync(file, 'utf8'));
    // `{protocol}://{hostname}/api/v3` of an Enterprise server, `https://api.github.com` else.
    this.base = this.whole.servers[0].url.replace(/^[^/]*\/\/[^/]*/, '');
  }

  resolve(thing) {
    while (thing?.$ref) {
      thing = thing.$ref.slice(2).split('/').reduce((found, part) => found[part.replace(/~1/g, '/').replace(/~0/g, '~')], this.whole);
    }
    return thing;
  }

  /** The path of the description that a request's target is of, and what to do there; an exact path before a pattern. */
  operation(method, target) {
    const path = target.split('?')[0];
    if (!path.startsWith(this.base)) return null;
    const parts = path.slice(this.base.length).split('/');
    const fits = (pattern) => {
      const known = pattern.split('/');
      return known.length === parts.length && known.every((part, place) => part.startsWith('{') || part === parts[place]);
    };
    const found = Object.keys(this.whole.paths).filter(fits).sort((a, b) => a.split('{').length - b.split('{').length)[0];
    const operation = found && this.whole.paths[found][method.toLowerCase()];
    return operation ? { path: found, operation } : null;
  }

  /** The schema of what a successful answer holds. */
  answered(method, target) {
    const { operation } = this.operation(method, target);
    const status = Object.keys(operation.responses).find((status) => status.startsWith('2'));
    return this.resolve(operation.responses[status]).content['application/json'];
  }

  /**
   * What is left when only these requests are asked. Two things in it are other than GitHub is, and are put right:
   *
   * 1. Answers are described as `application/json` alone. GitHub's documentation asks every client to send
   *    `Accept: application/vnd.github+json`, and its servers answer that with JSON. Without a second name for the same
   *    content Prism refuses each of our requests with status 406.
   * 2. `created` of the list of workflow runs is described as one instant (`format: date-time`), while the text beside it
   *    says that it takes the ranges of GitHub's search (`>=2025-01-01`, `2025-01-01..2025-02-01`). The format is taken
   *    away; that ours are ranges of that syntax is checked in its place (rest.mjs).
   *
   * Paths are written with what an Enterprise server has before them, since Prism leaves that out of the comparison.
   */
  trimmed(requests) {
    const paths = {};
    for (const { method, target } of requests) {
      const found = this.operation(method, target);
      if (!found) continue;
      const operation = structuredClone(found.operation);
      operation.parameters = (operation.parameters ?? []).map((parameter) => structuredClone(this.resolve(parameter)));
      for (const parameter of operation.parameters) {
        if (parameter.name === 'created' && parameter.description.includes('search syntax')) delete parameter.schema.format;
      }
      for (const [status, response] of Object.entries(operation.responses)) {
        const plain = structuredClone(this.resolve(response));
        const json = plain.content?.['application/json'];
        if (json) plain.content['application/vnd.github+json'] = json;
        operation.responses[status] = plain;
      }
      paths[this.base + found.path] ??= {};
      paths[this.base + found.path][method.toLowerCase()] = operation;
    }
    const { openapi, info } = this.whole;
    const trimmed = { openapi, info, servers: [{ url: 'http://127.0.0.1' }], paths, components: {} };
    const wanted = [paths];
    while (wanted.length) {
      const next = wanted.pop();
      if (next === null || typeof next !== 'object') continue;
      for (const [name, value] of Object.entries(next)) {
        if (name === '$ref' && typeof value === 'string') {
          const [, kind, key] = value.slice(2).split('/');
          trimmed.components[kind] ??= {};
          if (!(key in trimmed.components[kind])) {
            trimmed.components[kind][key] = this.whole.components[kind][key];
            wanted.push(this.whole.components[kind][key]);
          }
        } else wanted.push(value);
      }
    }
    return trimmed;
  }

  /** A value as a schema describes it, with every property that it names. */
  sample(schema, name = '', make = () => undefined) {
    schema = this.resolve(schema);
    const made = make(name, schema);
    if (made !== undefined) return made;
    const variants = schema.oneOf ?? schema.anyOf;
    if (schema.allOf) {
      return Object.assign({}, ...schema.allOf.map((part) => this.sample(part, name, make)), this.properties(schema, make));
    }
    if (variants) return this.sample(variants.find((one) => this.resolve(one).type !== 'null'), name, make);
    if (schema.enum) return schema.enum.find((value) => value !== null);
    const type = [schema.type].flat().find((type) => type !== 'null');
    if (type === 'array') return [this.sample(schema.items, name, make)];
    if (type === 'object' || schema.properties) return this.properties(schema, make);
    if (type === 'integer' || type === 'number') return 1;
    if (type === 'boolean') return false;
    return schema.format === 'date-time' ? '2025-01-01T00:00:00Z' : `${name || 'text'}-1`;
  }

  properties(schema, make) {
    const entries = Object.entries(schema.properties ?? {});
    return Object.fromEntries(entries.map(([name, property]) => [name, this.sample(property, name, make)]));
  }
}
