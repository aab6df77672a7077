import { plain } from '../core/markdown.ts'
import type { TreeNode } from '../core/tree.ts'

const marks = { done: '✓', running: '…', failed: '✗', pending: '·' } as const

/** The picture as lines of text; `columns` cuts long ones so that a terminal never wraps them. */
export function renderTree(node: TreeNode, columns = 200): string {
  return lines(node, '', '')
    .map((line) => plainLine(line, columns))
    .join('\n')
}

function lines(node: TreeNode, first: string, rest: string): string[] {
  const head = `${first}${marks[node.mark]} ${node.kind} ${node.name}  ${plain(node.detail, 300)}`
  return [
    head,
    ...node.children.flatMap((child, index) => {
      const last = index === node.children.length - 1
      return lines(child, `${rest}${last ? '└─ ' : '├─ '}`, `${rest}${last ? '   ' : '│  '}`)
    }),
  ]
}

function plainLine(line: string, columns: number): string {
  return line.length > columns ? `${line.slice(0, columns - 1)}…` : line
}
