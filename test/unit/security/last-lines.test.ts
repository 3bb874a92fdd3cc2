import { expect } from 'chai';
import { createLastLines, reserveLastLine, soleAuthorization } from '#server/security/last-lines.js';
import { aPresented } from '../../support/presented.js';

describe('the line that a connection brought last', () => {
  const connection = {};
  const presented = { ...aPresented({ headers: { authorization: 'Bearer a' } }), connection };

  it('has what it was recognized as, on its connection alone, until there is another', () => {
    const lines = createLastLines<string>();
    lines.keep(presented, 'Bearer a', 'id-a');
    expect(lines.find(presented, 'Bearer a')).to.equal('id-a');
    expect(lines.find({ ...presented, connection: {} }, 'Bearer a')).to.equal(undefined);
    expect(lines.find(presented, 'Bearer b')).to.equal(undefined);
    expect(lines.find(presented, undefined)).to.equal(undefined);
    expect(createLastLines<string>().find(presented, 'Bearer a')).to.equal(undefined);
    lines.keep(presented, 'Bearer b', 'id-b');
    expect([lines.find(presented, 'Bearer a'), lines.find(presented, 'Bearer b')]).to.deep.equal([undefined, 'id-b']);
  });

  it('is none on a connection that has only room for it, and takes that room', () => {
    const lines = createLastLines<string>();
    const early: object = {};
    reserveLastLine(early);
    Object.assign(early, { later: 1 });
    expect(lines.find({ ...presented, connection: early }, 'Bearer a')).to.equal(undefined);
    lines.keep({ ...presented, connection: early }, 'Bearer a', 'id-a');
    expect(lines.find({ ...presented, connection: early }, 'Bearer a')).to.equal('id-a');
    expect(Reflect.ownKeys(early)).to.have.length(2);
  });

  it('is not kept without a connection or a line', () => {
    const lines = createLastLines<string>();
    lines.keep(aPresented(), 'Bearer a', 'id-a');
    lines.keep(presented, undefined, 'id-a');
    expect([lines.find(aPresented(), 'Bearer a'), lines.find(presented, 'Bearer a')]).to.deep.equal([
      undefined,
      undefined,
    ]);
  });

  it('is none where there are several or none', () => {
    expect(soleAuthorization(presented)).to.equal('Bearer a');
    expect(soleAuthorization(aPresented())).to.equal(undefined);
    expect(soleAuthorization(aPresented({ headers: { authorization: ['Bearer a', 'Bearer a'] } }))).to.equal(undefined);
  });
});
