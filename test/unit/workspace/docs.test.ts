import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const folders = ['.', 'docs', 'server', 'client-sdk'];
const pages = folders.flatMap((folder) =>
  readdirSync(path.join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join(folder, name)),
);

const read = (page: string): string => readFileSync(path.join(root, page), 'utf8');

/** Targets of links to other files of the project. */
function linksOf(page: string): string[] {
  const prose = read(page).replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

describe('the documentation', () => {
  for (const page of pages) {
    it(`has no dead link in ${page}`, () => {
      const dead = linksOf(page).filter((target) => !existsSync(path.join(root, path.dirname(page), target)));
      expect(dead).to.eql([]);
    });
  }

  it('is reached from the README, every page of it', () => {
    const linked = linksOf('README.md').map((target) => path.normalize(target));
    expect(pages.filter((page) => page.startsWith('docs/') && !linked.includes(page))).to.eql([]);
  });

  it('names no script that package.json lacks', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const text = read('README.md') + read('CONTRIBUTING.md');
    const named = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, script = '']) => script);
    expect(named.filter((script) => !(script in scripts))).to.eql([]);
  });
});
