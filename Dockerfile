# scripts/docker-steps.mjs runs these steps in a clean folder; keep to RUN, COPY, WORKDIR, ENV as they are used here.
FROM node:24-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc tsconfig.json tsconfig.base.json ./
COPY client-sdk ./client-sdk
COPY server ./server
RUN npm ci --ignore-scripts
RUN npx tsc -b server

FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY client-sdk/package.json ./client-sdk/
COPY server/package.json ./server/
RUN npm ci --omit=dev --ignore-scripts

FROM node:24-slim AS server
ENV NODE_ENV=production
# Everywhere in the container's network: so the server starts only once security is settled, and says how.
ENV CAIRN_HOST=0.0.0.0
ENV CAIRN_DATA_DIRECTORY=/var/lib/cairn
WORKDIR /app
COPY --from=dependencies /app ./
COPY --from=build /src/client-sdk/dist ./client-sdk/dist
COPY --from=build /src/server/dist ./server/dist
COPY LICENSE ./
RUN mkdir -p /var/lib/cairn && chown node:node /var/lib/cairn && chmod 700 /var/lib/cairn
USER node
VOLUME /var/lib/cairn
EXPOSE 8888
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["node", "server/dist/cli.js", "health"]
ENTRYPOINT ["node", "server/dist/cli.js"]
CMD ["serve"]

# `docker build --target git .`: for SSH remotes and large repositories (docs/git.md).
FROM server AS git
USER root
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates git openssh-client && rm -rf /var/lib/apt/lists/*
USER node

# Without a target: without git.
FROM server
