import { type Html, joined, markup, nothing } from './html.js';
import type { Content, OpenApi, Operation, Parameter, Ref } from './openapi.js';
import { typeHtml } from './schema-html.js';

export interface Entry {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

const isRef = (value: object): value is Ref => '$ref' in value;
const nameIn = ({ $ref }: Ref): string => $ref.slice($ref.lastIndexOf('/') + 1);

const contentHtml = (content: Content): Html =>
  joined(
    Object.entries(content).map(([type, { schema }]) => markup`<code>${type}</code>: ${typeHtml(schema)}`),
    ' or ',
  );

/** One operation: for whom, what it takes, what it answers. */
export const operationHtml = ({ components }: OpenApi, { method, path, operation }: Entry): Html => {
  const parameterOf = (parameter: Parameter | Ref): Parameter | undefined =>
    isRef(parameter) ? components.parameters[nameIn(parameter)] : parameter;
  const parameters = operation.parameters.flatMap((each) => parameterOf(each) ?? []);
  const rows = parameters.map(
    ({ name, in: place, required, description, schema }) =>
      markup`<tr>
        <th scope="row"><code>${name}</code> <span class="remark">${place}${required ? ', required' : ''}</span></th>
        <td>${typeHtml({ ...schema, ...(description === undefined ? {} : { description }) })}</td>
      </tr>`,
  );
  const answers = Object.entries(operation.responses).flatMap(([status, response]) => {
    if (isRef(response)) return [];
    const { description, headers = {}, content } = response;
    const body = content === undefined ? markup`No body.` : contentHtml(content);
    return markup`<tr>
      <th scope="row">${status}</th>
      <td>${description} ${body} <span class="remark">${Object.keys(headers).join(', ')}</span></td>
    </tr>`;
  });
  const refusals = Object.entries(operation.responses).flatMap(([status, response]) =>
    isRef(response)
      ? markup`<a href="#answer-${nameIn(response)}">${status === 'default' ? 'any other' : status}</a>`
      : [],
  );
  return markup`<section id="${operation.operationId}">
    <h3><code>${method} ${path}</code></h3>
    <p>${operation.summary}. For: <a href="#who">${operation['x-writ-for']}</a>.</p>
    <h4>Takes</h4>
    <table>
      ${rows}
    </table>
    ${
      operation.requestBody === undefined
        ? nothing
        : markup`<h4>Body</h4>
            <div>${contentHtml(operation.requestBody.content)}</div>`
    }
    <h4>Answers</h4>
    <table>
      ${answers}
    </table>
    <p>Refuses with ${joined(refusals, ', ')}.</p>
  </section>`;
};
