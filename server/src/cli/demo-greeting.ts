import type { Demo } from '../app/demo.js';

/** What is served, how to ask for it and how to change it. */
export function demoGreeting(demo: Demo, url: string): string {
  const { shownPath, folder, isNew, applications, profiles } = demo;
  const application = applications.find((name) => name === 'orders') ?? applications[0] ?? 'application';
  const profile = profiles.find((name) => name === 'prod') ?? profiles[0] ?? 'default';
  const lines = [
    `Cairn serves ${listed('the application', applications)} ${listed('with the profile', profiles)} at ${url}`,
    `from the git repository ${shownPath}, made of ${folder} ${isNew ? 'just now' : 'earlier and kept as it was'}.`,
    '',
    'Try it:',
    `  curl -s ${url}/${application}/${profile}`,
    `  curl -s ${url}/${application}-${profile}.yml`,
    '',
    'Change something and ask again:',
    '  npm run demo:change',
    'or by hand:',
    `  edit ${shownPath}/${application}-${profile}.yml`,
    `  git -C ${shownPath} commit -am "Change ${application}"`,
  ];
  return `\n${lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n')}\n\n`;
}

/** `the applications a, b and c`. */
function listed(what: string, names: readonly string[]): string {
  if (names.length < 2) return `${what} ${names[0] ?? 'default'}`;
  return `${what}s ${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}
