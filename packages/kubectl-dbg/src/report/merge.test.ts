import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REPORT_API_VERSION, type Report, summarize, type TargetResult } from '../model/report.ts';
import { mergeReports } from './merge.ts';

function resultOf(pod: string, fields: Partial<TargetResult>): TargetResult {
  return {
    namespace: 'ns',
    pod,
    uid: `uid-of-${pod}`,
    container: 'app',
    class: 'passed',
    exitCode: 0,
    bytes: 0,
    lines: 0,
    truncated: false,
    milliseconds: 5,
    ...fields,
  };
}

function reportOf(...results: TargetResult[]): Report {
  return {
    apiVersion: REPORT_API_VERSION,
    kind: 'Report',
    run: 'bcdfg',
    command: ['id'],
    image: 'busybox',
    started: '2026-01-02T03:04:05.000Z',
    finished: '2026-01-02T03:04:06.000Z',
    summary: summarize(results),
    groups: [],
    results,
  };
}

const other = (pod: string) => resultOf(pod, { class: 'skipped', reason: 'OtherShard' });

test('a target skipped by one shard has the result of the shard that ran it, in any order', () => {
  const shards = [reportOf(resultOf('a', {}), other('b')), reportOf(other('a'), resultOf('b', {}))];
  for (const order of [shards, shards.toReversed()]) {
    const { summary, results } = mergeReports(order);
    assert.deepEqual([summary.passed, summary.skipped, results.length], [2, 0, 2]);
  }
});

test('a result takes precedence over "not attempted"', () => {
  const late = reportOf(resultOf('a', { class: 'not-attempted' }));
  assert.equal(mergeReports([late, reportOf(resultOf('a', {}))]).summary.passed, 1);
});
