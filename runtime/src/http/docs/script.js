'use strict';
// The page builds itself from openapi.json with createElement and textContent only: nothing in the
// document, however hostile, becomes markup.
(() => {
  const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
  const WHOSE = { client: 'player', admin: 'operator' };
  const base = new URL('.', location.href);
  const byId = (id) => document.getElementById(id);
  let spec = {};

  function el(tag, options = {}, ...children) {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(options)) {
      if (key === 'class') node.className = value;
      else if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
      else if (value === true) node.setAttribute(key, '');
      else if (value !== false && value != null) node.setAttribute(key, value);
    }
    node.append(...children.flat().filter((child) => child != null && child !== false));
    return node;
  }

  /** Text with its `code` parts as such. */
  const prose = (text) => String(text || '').split(/`([^`]+)`/)
    .map((part, index) => (index % 2 ? el('code', {}, part) : part));

  // ---- schemas ----

  function resolve(thing, seen = 0) {
    if (!thing || typeof thing.$ref !== 'string' || seen > 20) return thing || {};
    const target = thing.$ref.replace(/^#\//, '').split('/')
      .reduce((at, key) => (at || {})[key.replace(/~1/g, '/').replace(/~0/g, '~')], spec);
    return resolve(target, seen + 1);
  }

  const refName = (schema) => (schema && schema.$ref ? schema.$ref.split('/').pop() : '');

  /** A schema with its `allOf` parts merged, and with the null alternative told apart. */
  function flat(raw) {
    let schema = resolve(raw);
    const options = schema.oneOf || schema.anyOf;
    if (options) {
      const real = options.filter((option) => resolve(option).type !== 'null');
      if (real.length === 1) schema = { ...resolve(real[0]), nullable: real.length < options.length };
    }
    if (schema.allOf) {
      schema = schema.allOf.map(flat).reduce((all, part) => ({
        ...all, ...part,
        properties: { ...all.properties, ...part.properties },
        required: [...(all.required || []), ...(part.required || [])],
      }), { ...schema, allOf: undefined });
    }
    return schema;
  }

  function typeName(raw) {
    const schema = flat(raw);
    const types = [].concat(schema.type || []).filter((type) => type !== 'null');
    const nullable = schema.nullable || [].concat(schema.type || []).includes('null');
    let name;
    if (schema.enum) name = schema.enum.map((value) => JSON.stringify(value)).join(' | ');
    else if (types[0] === 'array') name = `${typeName(schema.items)}[]`;
    else if (schema.oneOf || schema.anyOf) name = (schema.oneOf || schema.anyOf).map(typeName).join(' | ');
    else if (types[0] === 'object' || schema.properties) name = refName(raw) || 'object';
    else name = types.join(' | ') + (schema.format ? ` (${schema.format})` : '');
    return (name || 'any') + (nullable ? ' | null' : '');
  }

  function limits(raw) {
    const schema = flat(raw);
    const found = [];
    const range = (low, high, unit) => {
      if (low != null && high != null) found.push(`${low}…${high}${unit}`);
      else if (low != null) found.push(`≥ ${low}${unit}`);
      else if (high != null) found.push(`≤ ${high}${unit}`);
    };
    range(schema.minLength, schema.maxLength, ' characters');
    range(schema.minimum, schema.maximum, '');
    range(schema.minItems, schema.maxItems, ' items');
    if (schema.pattern) found.push(schema.pattern);
    if (schema.default !== undefined) found.push(`default ${JSON.stringify(schema.default)}`);
    return found.join(', ');
  }

  /** The inner object of an array or object schema that is worth unfolding, or null. */
  function inner(raw) {
    const schema = flat(raw);
    if (schema.properties) return schema;
    return schema.items ? inner(schema.items) : null;
  }

  function schemaView(raw, depth = 0) {
    const schema = inner(raw);
    if (!schema) return el('p', { class: 'type' }, typeName(raw));
    const required = new Set(schema.required || []);
    const rows = Object.entries(schema.properties).map(([name, property]) => {
      const detail = resolve(property).description;
      const line = [
        el('code', {}, name), required.has(name) && el('span', { class: 'must', title: 'required' }, ' *'), ' ',
        el('span', { class: 'type' }, typeName(property)), ' ',
        el('span', { class: 'soft' }, prose([limits(property), detail].filter(Boolean).join(' — '))),
      ];
      if (!inner(property)) return el('li', {}, line);
      const more = el('details', { class: 'more' }, el('summary', {}, line));
      more.open = depth < 1;
      // Unfolded on demand, so that a schema that contains itself ends.
      const fill = () => more.open && more.childElementCount === 1 && more.append(schemaView(property, depth + 1));
      more.addEventListener('toggle', fill);
      fill();
      return el('li', {}, more);
    });
    return el('ul', { class: 'schema' }, rows);
  }

  function example(raw, depth = 0) {
    const schema = flat(raw);
    if (schema.example !== undefined) return schema.example;
    if (Array.isArray(schema.examples) && schema.examples.length) return schema.examples[0];
    if (schema.default !== undefined) return schema.default;
    if (schema.enum) return schema.enum[0];
    const type = [].concat(schema.type || []).find((name) => name !== 'null');
    if (type === 'array') return depth > 3 ? [] : [example(schema.items, depth + 1)];
    if (schema.properties) {
      if (depth > 3) return {};
      return Object.fromEntries(Object.entries(schema.properties).map(([name, part]) => [name, example(part, depth + 1)]));
    }
    if (type === 'integer' || type === 'number') return schema.minimum ?? 0;
    if (type === 'boolean') return false;
    if (schema.oneOf || schema.anyOf) return example((schema.oneOf || schema.anyOf)[0], depth + 1);
    if (type === 'object') return {};
    const known = {
      date: '2026-01-31', 'date-time': '2026-01-31T08:00:00+08:00', uuid: '018f3c2e-7b1a-7c3d-9e4f-5a6b7c8d9e0f',
    };
    if (known[schema.format]) return known[schema.format];
    if (schema.pattern && /[0-9]/.test(schema.pattern) && !/[a-z]/i.test(schema.pattern)) return '1';
    return type === 'string' ? 'text' : null;
  }

  // ---- operations ----

  const jsonOf = (holder) => {
    const content = (resolve(holder) || {}).content || {};
    const key = Object.keys(content).find((type) => type.includes('json'));
    return key ? content[key].schema : null;
  };

  function parameterTable(parameters) {
    const rows = parameters.map((parameter) => el('tr', {},
      el('td', {}, el('code', {}, parameter.name), parameter.required && el('span', { class: 'must' }, ' *')),
      el('td', { class: 'soft' }, parameter.in),
      el('td', { class: 'type' }, typeName(parameter.schema)),
      el('td', { class: 'soft' }, prose([limits(parameter.schema), parameter.description].filter(Boolean).join(' — ')))));
    return el('div', { class: 'scroll' }, el('table', {},
      el('thead', {}, el('tr', {}, ['name', 'in', 'type', ''].map((name) => el('th', {}, name)))),
      el('tbody', {}, rows)));
  }

  function responseList(responses) {
    return Object.entries(responses || {}).map(([status, raw]) => {
      const response = resolve(raw);
      const schema = jsonOf(response);
      const good = status.startsWith('2');
      const text = el('span', { class: 'soft' }, prose(response.description));
      const detail = schema
        ? el('details', { class: 'more' }, el('summary', {}, text), schemaView(schema)) : text;
      if (schema && good) detail.open = true;
      return el('div', { class: 'response' }, el('span', { class: `code ${good ? 'good' : 'wrong'}` }, status), detail);
    });
  }

  function tryForm(operation) {
    const { method, path, parameters, body } = operation;
    const fields = parameters.map((parameter) => {
      const input = el('input', { name: parameter.name, placeholder: typeName(parameter.schema), autocomplete: 'off' });
      return { parameter, input, row: el('label', { class: 'field' }, el('code', {}, parameter.name), input) };
    });
    const text = body && el('textarea', { name: 'body', 'aria-label': 'Request body', spellcheck: 'false' });
    if (text) {
      text.value = JSON.stringify(example(body), null, 2);
      text.rows = Math.min(24, text.value.split('\n').length + 1);
    }
    const tokenField = byId(`token-${operation.audience}`)
      || el('input', { name: 'token', type: 'password', autocomplete: 'off' });
    const ownToken = operation.secured && !tokenField.id
      && el('label', { class: 'field' }, el('span', {}, `${operation.audience} token`), tokenField);
    const send = el('button', { class: 'primary', type: 'submit' }, 'Send');
    const status = el('span', { class: 'soft', role: 'status' });
    const output = el('pre', { hidden: true, tabindex: '0' });
    const copy = el('button', { type: 'button', onclick: () => navigator.clipboard?.writeText(curl(request())) }, 'Copy as curl');

    function request() {
      let filled = path;
      const query = new URLSearchParams();
      const headers = {};
      for (const { parameter, input } of fields) {
        if (parameter.in === 'path') filled = filled.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
        else if (input.value !== '' && parameter.in === 'query') query.append(parameter.name, input.value);
        else if (input.value !== '' && parameter.in === 'header') headers[parameter.name] = input.value;
      }
      const token = operation.secured && tokenField.value.trim();
      if (token) headers.authorization = `Bearer ${token}`;
      if (text) headers['content-type'] = 'application/json';
      const url = new URL(filled.replace(/^\//, ''), base);
      url.search = query.toString();
      return { url, method: method.toUpperCase(), headers, body: text ? text.value : undefined };
    }

    async function submit(event) {
      event.preventDefault();
      const { url, ...options } = request();
      send.disabled = true;
      status.textContent = '';
      const started = performance.now();
      try {
        const answer = await fetch(url, { ...options, credentials: 'omit', cache: 'no-store' });
        const raw = await answer.text();
        let shown = raw;
        try { shown = JSON.stringify(JSON.parse(raw), null, 2); keepToken(path, JSON.parse(raw)); } catch { /* not JSON */ }
        status.textContent = `${answer.status} ${answer.statusText} · ${Math.round(performance.now() - started)} ms`;
        status.className = answer.ok ? 'good' : 'wrong';
        output.textContent = shown;
      } catch (error) {
        status.textContent = 'No answer';
        status.className = 'wrong';
        output.textContent = String(error);
      }
      output.hidden = false;
      send.disabled = false;
    }

    return el('form', { onsubmit: submit, novalidate: true }, el('h3', {}, 'Try it'),
      ownToken, fields.map((field) => field.row), text, el('div', { class: 'row' }, send, copy, status), output);
  }

  function curl({ url, method, headers, body }) {
    const quote = (value) => `'${String(value).replace(/'/g, `'\\''`)}'`;
    const parts = [`curl -X ${method} ${quote(url)}`];
    for (const [name, value] of Object.entries(headers)) parts.push(`-H ${quote(`${name}: ${value}`)}`);
    if (body !== undefined) parts.push(`-d ${quote(body)}`);
    return parts.join(' \\\n  ');
  }

  /** A successful log-in fills the token field of its audience. */
  function keepToken(path, answer) {
    const kind = /\/(client|admin)\/login$/.exec(path);
    const token = answer?.data?.token ?? answer?.data?.data?.token;
    if (kind && typeof token === 'string') byId(`token-${kind[1]}`).value = token;
  }

  function operationView(operation) {
    const { method, path, raw, parameters, body } = operation;
    const summary = el('summary', {}, el('span', { class: `method ${method}` }, method.toUpperCase()),
      el('span', { class: 'path' }, path), el('span', { class: 'soft' }, raw.summary || ''),
      el('span', { class: 'grow' }), operation.secured && el('span', { class: 'lock' }, `${WHOSE[operation.audience] || operation.audience} token`));
    const view = el('details', { class: 'operation', id: operation.anchor }, summary);
    // The inside is built when first opened: a long document stays quick.
    view.addEventListener('toggle', () => {
      if (!view.open || view.childElementCount > 1) return;
      view.append(el('div', { class: 'body' },
        raw.description && el('p', { class: 'text' }, prose(raw.description)),
        parameters.length > 0 && [el('h3', {}, 'Parameters'), parameterTable(parameters)],
        body && [el('h3', {}, 'Body ', el('span', { class: 'name' }, refName(body))), schemaView(body)],
        el('h3', {}, 'Answers'), responseList(raw.responses), tryForm(operation)));
    });
    return view;
  }

  function collect() {
    // In the order of the document's own list; what is not in it comes last.
    const tags = new Map((spec.tags || []).map((tag) => [tag.name, []]));
    for (const [path, item] of Object.entries(spec.paths || {})) {
      for (const method of METHODS.filter((name) => item[name])) {
        const raw = item[method];
        const tag = (raw.tags || [])[0] || 'other';
        const scheme = (raw.security || spec.security || []).flatMap(Object.keys)[0];
        const operation = {
          method, path, raw, tag,
          anchor: raw.operationId || `${method}-${path}`,
          parameters: [...(item.parameters || []), ...(raw.parameters || [])].map((one) => resolve(one)),
          body: raw.requestBody ? jsonOf(raw.requestBody) : null,
          secured: Boolean(scheme),
          // Whose token: that of a log-in route, or one of its own.
          audience: scheme === 'bearer' ? (path.startsWith('/admin/') ? 'admin' : 'client') : scheme,
        };
        if (!tags.has(tag)) tags.set(tag, []);
        tags.get(tag).push(operation);
      }
    }
    return tags;
  }

  function show() {
    byId('title').textContent = document.title = spec.info?.title || 'API';
    byId('version').textContent = spec.info?.version || '';
    const main = byId('main');
    const index = byId('index');
    main.replaceChildren();
    const rows = [];
    if (spec.info?.description) main.append(el('p', { class: 'text' }, spec.info.description));
    const tagText = Object.fromEntries((spec.tags || []).map((tag) => [tag.name, tag.description]));
    for (const [tag, operations] of collect()) {
      if (operations.length === 0) continue;
      const heading = el('h2', {}, tag);
      const label = el('strong', {}, tag);
      main.append(heading);
      if (tagText[tag]) main.append(el('p', { class: 'soft' }, prose(tagText[tag])));
      index.append(label);
      for (const operation of operations) {
        const view = operationView(operation);
        const link = el('a', { class: 'item', href: `#${encodeURIComponent(operation.anchor)}` },
          el('span', { class: `method ${operation.method}` }, operation.method.toUpperCase()), el('span', {}, operation.path));
        main.append(view);
        index.append(link);
        rows.push({ tag, heading, label, view, link, words: `${operation.method} ${operation.path} ${tag} ${operation.raw.summary || ''}`.toLowerCase() });
      }
    }
    const filter = byId('filter');
    filter.addEventListener('input', () => {
      const wanted = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      const alive = new Set();
      for (const row of rows) {
        const match = wanted.every((word) => row.words.includes(word));
        row.view.hidden = row.link.hidden = !match;
        if (match) alive.add(row.tag);
      }
      for (const row of rows) row.heading.hidden = row.label.hidden = !alive.has(row.tag);
    });
    document.addEventListener('keydown', (event) => {
      if (event.key === '/' && !/^(INPUT|TEXTAREA)$/.test(event.target.tagName)) { event.preventDefault(); filter.focus(); }
    });
    const jump = () => {
      const target = byId(decodeURIComponent(location.hash.slice(1)));
      if (target) { target.open = true; target.scrollIntoView(); }
    };
    addEventListener('hashchange', jump);
    index.addEventListener('click', (event) => { if (event.target.closest('a')?.hash === location.hash) jump(); });
    jump();
  }

  fetch(new URL('openapi.json', base))
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(`status ${answer.status}`))))
    .then((document) => { spec = document; show(); })
    .catch((error) => { byId('status').textContent = `openapi.json could not be read: ${error.message}`; });
})();
