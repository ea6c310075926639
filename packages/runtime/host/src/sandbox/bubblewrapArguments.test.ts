import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseUtf8 } from '@wadi/base/bytes'
import { bubblewrapArguments, encodeArguments, type SandboxView } from './bubblewrapArguments.ts'

const view: SandboxView = {
  program: '/data/runtime',
  env: { OASIS_WORKER_HOST: '/host.sock' },
  writable: { '/host.sock': '/tmp/x/host.sock' },
  readable: {},
  libraries: [
    { path: '/lib/x86_64-linux-gnu/libc.so.6', names: ['libc.so.6'] },
    { path: '/lib/x86_64-linux-gnu/ld.so', names: ['ld-linux-x86-64.so.2'] },
  ],
  network: 'none',
  seccompDescriptor: 4,
}

describe('the arguments of bubblewrap', () => {
  it('are those of the reference', () => {
    const words = [
      '--unshare-all --cap-drop ALL --hostname oasis-core --tmpfs /tmp --dev /dev',
      '--die-with-parent --new-session --chdir /',
      '--ro-bind /data/runtime /entrypoint',
      '--setenv OASIS_WORKER_HOST /host.sock',
      '--dir / --bind /tmp/x/host.sock /host.sock',
      '--ro-bind /lib/x86_64-linux-gnu/libc.so.6 /usr/lib/libc.so.6',
      '--ro-bind /lib/x86_64-linux-gnu/ld.so /lib64/ld-linux-x86-64.so.2',
      '--symlink /usr/lib /usr/lib64 --seccomp 4',
    ]
    assert.equal(bubblewrapArguments(view).join(' '), words.join(' '))
  })

  it('share the network, and how names are found in it, only if they are told to', () => {
    const words = bubblewrapArguments({ ...view, network: 'shared' }).join(' ')
    const shared = '--share-net --ro-bind /etc/resolv.conf /etc/resolv.conf'
    assert.ok(words.includes(shared))
    assert.ok(!bubblewrapArguments(view).join(' ').includes('net'))
  })

  it('show what may be read where it is to be', () => {
    const words = bubblewrapArguments({ ...view, readable: { '/srv/a/b': '/outside' } }).join(' ')
    assert.ok(words.includes('--dir /srv/a --ro-bind /outside /srv/a/b'))
  })

  it('go through a descriptor, each with its end', () => {
    assert.equal(parseUtf8(encodeArguments(['--chdir', '/'])), '--chdir\0/\0')
  })
})
