import { describe, expect, it } from 'vitest'
import { parseLoopback } from '../../../src/app/watch/parse-loopback.ts'

describe('the address of metrics', () => {
  it.each([
    ['127.0.0.1:9464', { host: '127.0.0.1', port: 9464 }],
    ['127.1.2.3:1', { host: '127.1.2.3', port: 1 }],
    ['[::1]:9464', { host: '::1', port: 9464 }],
    ['localhost:9464', { host: 'localhost', port: 9464 }],
  ])('may be %s', (text, address) => {
    expect(parseLoopback(text)).toEqual(address)
  })

  it.each([
    ['0.0.0.0:9464', /on loopback only/],
    ['[::]:9464', /on loopback only/],
    ['192.0.2.7:9464', /on loopback only/],
    ['127.0.0.1.example.org:9464', /on loopback only/],
    ['127.0.0.1', /an address and a port/],
    [':9464', /an address and a port/],
    ['127.0.0.1:70000', /an address and a port/],
  ])('may not be %s', (text, problem) => {
    expect(() => parseLoopback(text)).toThrow(problem)
  })
})
