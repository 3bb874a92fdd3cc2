import { createNativeBackend } from '#server/backends/native/native-backend.js';
import { aFolder } from '../support/folders.js';
import { noAbort } from '../support/queries.js';
import { describeBackend } from './backend.js';

describeBackend(
  'native',
  async ({ files, searchPaths = [], strict = false, emit = () => undefined }) => {
    const folder = await aFolder(files);
    const searchLocations = ['', ...searchPaths].map((path) => `file:${folder.path}/${path}`);
    const backend = createNativeBackend({ name: 'native', searchLocations, strict, emit });
    await backend.start(noAbort());
    return {
      backend,
      uri: `file:${folder.path}`,
      async change(changed) {
        await folder.write(changed);
        await backend.refresh({}, noAbort());
        return null;
      },
      async close() {
        await backend.close();
        await folder.remove();
      },
    };
  },
  { labels: false, history: false },
);
