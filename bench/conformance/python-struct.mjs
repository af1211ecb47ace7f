// Asks the package python-struct of npm: node python-struct.mjs DIR FILE..., where DIR is
// a directory in which it is installed. Prints what conformance/run.py prints of a Python.
import fs from 'node:fs'
import path from 'node:path'
import { createRequire } from 'node:module'

const [dir, ...files] = process.argv.slice(2)
const require = createRequire(path.resolve(dir, 'package.json'))
const struct = require('python-struct')
const Long = require('long')

const hex = s => Buffer.from(s, 'hex')
const float = bits => hex(bits).readDoubleBE()

function value(tagged) {
	const [kind, v] = Object.entries(tagged)[0]
	switch (kind) {
	case 'int': return Number.isSafeInteger(Number(v)) ? Number(v) : Long.fromString(v, !v.startsWith('-'))
	case 'float': return float(v)
	case 'bytes': return hex(v).toString('latin1')
	case 'list': return v.map(value)
	case 'none': return null
	case 'bool': return v
	}
	throw new Error('no such type in JavaScript: ' + kind)
}

// same reports whether a value is the tagged one; text may have been read as UTF-8.
function same(tagged, got) {
	const [kind, v] = Object.entries(tagged)[0]
	switch (kind) {
	case 'int': return String(got) === v
	case 'float': {
		const b = Buffer.alloc(8)
		b.writeDoubleBE(got)
		return b.toString('hex') === v
	}
	case 'bytes': return [Buffer.from(got, 'latin1'), Buffer.from(got)].some(b => b.toString('hex') === v)
	case 'bool': return got === v
	}
	return false
}

function ask(q) {
	const format = 'format_bytes' in q ? hex(q.format_bytes).toString('latin1') : q.format
	const data = hex(q.hex ?? '')
	const tuple = got => !q.error && got.length === q.ok.length && got.every((v, i) => same(q.ok[i], v))
	switch (q.op) {
	case 'calcsize': return struct.sizeOf(format) === q.ok
	case 'pack': return struct.pack(format, q.values.map(value), true).toString('hex') === q.ok
	case 'unpack': return tuple(struct.unpack(format, data, true))
	case 'unpack_from': return tuple(struct.unpackFrom(format, data, true, q.offset ?? 0))
	}
}

const rows = new Map()
for (const q of files.flatMap(name => fs.readFileSync(name, 'utf8').trim().split('\n')).map(line => JSON.parse(line))) {
	if (!q.op || q.op === 'pack_into' || q.op === 'iter_unpack') continue // which it does not have
	const row = rows.get(q.about) ?? [0, 0, 0, 0]
	rows.set(q.about, row)
	row[0]++
	try {
		const right = ask(q)
		if (q.error) row[2]++
		else if (!right) row[1]++
	} catch {
		if (!q.error) row[1]++
	}
}
for (const [about, row] of rows) console.log([about, ...row].join('\t'))
