import { expect } from 'chai';
import { createPrincipal } from '#server/security/principal.js';
import { createRoster, type Roster } from '#server/security/roster.js';

interface Entry {
  readonly id: string;
  readonly name: string;
  readonly hash: Buffer;
}

const entry = (id: string, hash = 'x', name = 'ci'): Entry => ({ id, name, hash: Buffer.from(hash) });

function rosterOf(...entries: readonly Entry[]): Roster<Entry> {
  return createRoster({
    entries,
    keyOf: ({ id }) => id,
    principalOf: ({ name }) => createPrincipal({ name, scheme: 'api-token', roles: ['reader'] }),
  });
}
const principalOf = (roster: Roster<Entry>, id: string) => roster.members.get(id)?.principal;

describe('a roster', () => {
  it('keeps the principal of an entry that stays as it is, and of no other', () => {
    const roster = rosterOf(entry('stays'), entry('moves'), entry('goes'));
    const [stays, moves, goes] = ['stays', 'moves', 'goes'].map((id) => principalOf(roster, id));
    const change = roster.replace([entry('comes'), entry('moves', 'y'), entry('stays')]);
    expect(change).to.deep.equal({
      added: [entry('comes')],
      changed: [entry('moves', 'y')],
      removed: [entry('goes')],
      withdrawn: [goes, moves],
    });
    // Two tokens of one name are equal principals, and still two.
    expect([change.withdrawn[0] === goes, change.withdrawn[1] === moves]).to.deep.equal([true, true]);
    expect(principalOf(roster, 'stays')).to.equal(stays);
    expect(principalOf(roster, 'moves')).not.to.equal(moves);
    expect([...roster.members.keys()]).to.deep.equal(['comes', 'moves', 'stays']);
  });

  it('withdraws nobody where nothing has moved, whatever the order', () => {
    const roster = rosterOf(entry('a'), entry('b'));
    const nothing = { added: [], changed: [], removed: [], withdrawn: [] };
    expect(roster.replace([entry('b'), entry('a')])).to.deep.equal(nothing);
  });

  it('is another one as a whole, for who looks twice', () => {
    const roster = rosterOf(entry('a'));
    const { members } = roster;
    roster.replace([]);
    expect([members.size, roster.members.size]).to.deep.equal([1, 0]);
  });
});
