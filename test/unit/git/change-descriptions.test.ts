import { expect } from 'chai';
import { createChangeDescriptions } from '#server/backends/git/change-descriptions.js';
import type { ChangeDescriptionsOptions } from '#server/backends/git/change-descriptions.js';
import type { MovedLabel } from '#server/backends/backend.js';
import { eventually } from '#support/eventually.js';
import { recordEvents } from '#support/record-events.js';

const change = { commits: [], files: [], isComplete: true };
const labels = (...names: readonly string[]): readonly MovedLabel[] =>
  names.map((label) => ({ label, from: null, to: 'c1' }));

function aStage(describe: ChangeDescriptionsOptions['describe'], differing: Partial<ChangeDescriptionsOptions> = {}) {
  const { emit, events } = recordEvents();
  const descriptions = createChangeDescriptions({ source: 'main', describe, emit, ...differing });
  const told = (): readonly string[] => events.map((event) => ('label' in event ? String(event.label) : event.type));
  return { descriptions, told };
}

describe('descriptions of changes', () => {
  it('come one after the other; one that fails is left out', async () => {
    const { descriptions, told } = aStage(({ label }) =>
      label === 'bad' ? Promise.reject(new Error('damaged')) : Promise.resolve(change),
    );
    descriptions.tell(labels('a', 'bad', 'b'));
    descriptions.tell(labels('c'));
    await eventually(() => told().length === 3 || undefined);
    expect(told()).to.deep.equal(['a', 'b', 'c']);
    await descriptions.close();
  });

  it('are left out past what may wait, past their time, and at the end', async () => {
    const forever = (_: MovedLabel, signal: AbortSignal): Promise<never> =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(new Error('late'));
        });
      });
    const { descriptions, told } = aStage(
      (moved, signal) => (moved.label === 'slow' ? forever(moved, signal) : Promise.resolve(change)),
      { waiting: 2, deadlineMs: 10 },
    );
    descriptions.tell(labels('slow', 'b', 'too many'));
    await eventually(() => told().length === 1 || undefined);
    descriptions.tell(labels('slow', 'late'));
    await descriptions.close();
    descriptions.tell(labels('after'));
    await descriptions.close();
    expect(told()).to.deep.equal(['b']);
  });
});
