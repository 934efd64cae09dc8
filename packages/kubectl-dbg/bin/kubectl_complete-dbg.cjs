#!/usr/bin/env node
// Stands in the repository, unlike the bundle, so that npm can link it before there is a build.
require('../dist/complete.cjs');
