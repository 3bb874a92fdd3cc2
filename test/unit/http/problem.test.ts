import { expect } from 'chai';
import { ConfigServerError } from '#server/core/errors.js';
import { shownPath } from '#server/http/paths.js';
import { problemDocument } from '#server/http/problem.js';

const occurrence = { path: '/orders/prod', time: 0 };
const documentOf = (error: ConfigServerError): unknown => JSON.parse(problemDocument(error, occurrence));

describe('a problem document', () => {
  it('has the members of RFC 9457 and of the reference', () => {
    expect(documentOf(new ConfigServerError('CONFIG_LABEL_NOT_FOUND', 'There is no label "x".'))).to.deep.equal({
      type: 'urn:cairn:error:CONFIG_LABEL_NOT_FOUND',
      title: 'Label not found',
      status: 404,
      detail: 'There is no label "x".',
      instance: '/orders/prod',
      code: 'CONFIG_LABEL_NOT_FOUND',
      timestamp: '1970-01-01T00:00:00.000Z',
      error: 'Not Found',
      path: '/orders/prod',
    });
  });

  it('tells no message and no diagnostics of a 5xx', () => {
    const error = new ConfigServerError('CONFIG_INTERNAL', 'canary-in-message', {
      cause: new Error('canary-in-cause'),
      diagnostics: { path: 'canary-in-diagnostics' },
    });
    expect(problemDocument(error, occurrence)).not.to.include('canary');
  });

  it('tells where a file is broken, not what its text is', () => {
    const position = { file: 'orders.yml', line: 3, column: 5 };
    const error = new ConfigServerError('CONFIG_FILE_INVALID', 'unexpected canary', { position });
    expect(documentOf(error)).to.include({ status: 500, file: 'orders.yml', line: 3, column: 5 });
    expect(problemDocument(error, occurrence)).not.to.include('canary');
  });
});

describe('the path in logs and problem documents', () => {
  it('is without the query', () => {
    expect(shownPath('/orders/prod?token=canary')).to.equal('/orders/prod');
  });

  it('is without the host and credentials of a target in absolute form', () => {
    expect(shownPath('http://user:canary@config.example.com/orders/prod')).to.equal('/orders/prod');
  });

  it('is cut where it is very long', () => {
    expect(shownPath(`/${'a'.repeat(5000)}`)).to.have.length(1025);
  });
});
