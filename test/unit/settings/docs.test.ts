import { expect } from 'chai';

import { settingsReference } from '#server/settings/docs.js';
import { environmentName } from '#server/settings/environment.js';
import { settingPaths } from '#server/settings/unknown.js';

describe('the reference of settings', () => {
  const page = settingsReference();

  it('has every setting with its environment variable', () => {
    const missing = settingPaths().filter((path) => !page.includes(`\`${path}\`<br>\`${environmentName(path)}`));
    expect(missing).to.deep.equal([]);
  });

  it('has type, default, meaning and reference name in one row', () => {
    expect(page).to.contain(
      '| `server.port`<br>`CAIRN_SERVER__PORT` | a whole number from 0 to 65535 | `8888` | Port to listen on; 0 takes any free one, which is printed. Also `CAIRN_PORT`.<br>Reference: `server.port` |',
    );
  });
});
