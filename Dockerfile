# The service, run from its sources: Node strips the types, so there is no build. The packages take
# their peers from their devDependencies, so these are installed as well.
FROM node:24-slim
ENV NODE_ENV=production CI=true
WORKDIR /app
COPY package.json pnpm-workspace.yaml pnpm-lock.yaml ./
COPY packages ./packages
COPY apps/server ./apps/server
RUN npx -y pnpm@12 install --frozen-lockfile --filter @portcullis/app-server...
USER node
EXPOSE 3000
ENV HOST=0.0.0.0 PORT=3000
CMD ["node", "--conditions=@portcullis/source", "apps/server/src/main.ts"]
