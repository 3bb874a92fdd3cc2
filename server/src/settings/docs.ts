import { environmentName } from './environment.js';
import type { SettingFacts } from './facts.js';
import type { ListNode, SettingNode } from './nodes.js';
import { settingsTree } from './nodes.js';

interface Row {
  readonly path: string;
  readonly facts: SettingFacts;
}

/** The tables of docs/settings.md: every setting, by section. */
export function settingsReference(): string {
  const top: Row[] = [];
  const sections: string[] = [];
  for (const [name, node] of settingsTree.fields) {
    if (node.kind === 'leaf') top.push({ path: name, facts: node.facts });
    else sections.push(...sectionPages(node, name));
  }
  return [table('At the top', top), ...sections].join('\n');
}

function sectionPages(node: SettingNode, path: string): string[] {
  if (node.kind === 'list' && node.variants.size > 0) return variantPages(node, path);
  return [table(`\`${path}\``, rowsOf(node, path))];
}

function variantPages(node: ListNode, path: string): string[] {
  return [...node.variants].map(([variant, section]) =>
    table(`\`${path}\`, \`type: ${variant}\``, rowsOf(section, `${path}[0]`)),
  );
}

function rowsOf(node: SettingNode, path: string): Row[] {
  if (node.kind === 'leaf') return [{ path, facts: node.facts }];
  if (node.kind === 'list') return rowsOf(node.element, `${path}[0]`);
  return [...node.fields].flatMap(([name, field]) => rowsOf(field, `${path}.${name}`));
}

function table(title: string, rows: readonly Row[]): string {
  return [
    `## ${title}`,
    '',
    '| Setting | Takes | Default | What it does |',
    '| --- | --- | --- | --- |',
    ...rows.map(tableRow),
    '',
  ].join('\n');
}

function tableRow({ path, facts }: Row): string {
  const names = [`\`${path}\``, `\`${variableName(path, facts)}\``];
  const reference = (facts.reference ?? []).map((name) => `\`${name}\``).join(', ');
  const description = reference === '' ? facts.description : `${facts.description}<br>Reference: ${reference}`;
  return `| ${[names.join('<br>'), facts.taken, fallbackText(facts), description].map(cell).join(' | ')} |`;
}

function variableName(path: string, facts: SettingFacts): string {
  return facts.kind === 'map' ? `${environmentName(path)}__<NAME>` : environmentName(path);
}

function fallbackText(facts: SettingFacts): string {
  return /^(none|required)$|[`"]/.test(facts.fallback) ? facts.fallback : `\`${facts.fallback}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
