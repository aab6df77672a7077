import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql'
import { listSizes } from './limits.ts'

/** The most that any operation of a document asks for. */
export interface Measures {
  depth: number
  complexity: number
  aliases: number
  directives: number
  introspects: boolean
}

type Size = Pick<Measures, 'depth' | 'complexity'>
type ParentType = GraphQLNamedType | null | undefined

const nothing: Size = { depth: 0, complexity: 0 }

/**
 * Measures a document that need not be valid: what the schema does not know counts as one field, and a fragment that
 * uses itself counts once, since validation refuses it.
 *
 * Complexity: each field is 1. What a list holds counts once per entry that the list may have: its argument `first`
 * (the largest there is when a variable gives it, so that the complexity of a document does not change from request to
 * request), or an assumed size. Introspection is 1.
 */
export function measure(document: DocumentNode, schema: GraphQLSchema): Measures {
  const sizes = new Sizes(document, schema)
  const measures: Measures = { ...nothing, aliases: 0, directives: 0, introspects: false }
  visit(document, {
    OperationDefinition(node) {
      Object.assign(
        measures,
        largest(measures, sizes.of(node.selectionSet, schema.getRootType(node.operation))),
      )
    },
    Field(node) {
      if (node.alias !== undefined) measures.aliases += 1
      if (isIntrospection(node)) measures.introspects = true
    },
    Directive() {
      measures.directives += 1
    },
  })
  return measures
}

class Sizes {
  readonly #schema: GraphQLSchema
  readonly #fragments = new Map<string, FragmentDefinitionNode>()
  readonly #known = new Map<string, Size>()

  constructor(document: DocumentNode, schema: GraphQLSchema) {
    this.#schema = schema
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(definition.name.value, definition)
    }
  }

  of(set: SelectionSetNode | undefined, parent: ParentType): Size {
    const sizes = set?.selections.map((selection) => this.#selection(selection, parent)) ?? []
    return {
      depth: sizes.reduce((most, { depth }) => Math.max(most, depth), 0),
      complexity: sizes.reduce((sum, { complexity }) => sum + complexity, 0),
    }
  }

  #selection(selection: SelectionNode, parent: ParentType): Size {
    if (selection.kind === Kind.FIELD) return this.#field(selection, parent)
    if (selection.kind === Kind.FRAGMENT_SPREAD) return this.#fragment(selection.name.value)
    const condition = selection.typeCondition
    return this.of(selection.selectionSet, condition ? this.#schema.getType(condition.name.value) : parent)
  }

  #field(node: FieldNode, parent: ParentType): Size {
    const field =
      isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined
    const inner = this.of(node.selectionSet, field && getNamedType(field.type))
    const entries = field === undefined ? 1 : entriesOf(node, field)
    return {
      depth: 1 + inner.depth,
      complexity: isIntrospection(node) ? 1 : 1 + entries * inner.complexity,
    }
  }

  /** Each fragment is measured once, so that fragments which use fragments twice do not double the work each time. */
  #fragment(name: string): Size {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    this.#known.set(name, nothing)
    const fragment = this.#fragments.get(name)
    const size = fragment
      ? this.of(fragment.selectionSet, this.#schema.getType(fragment.typeCondition.name.value))
      : nothing
    this.#known.set(name, size)
    return size
  }
}

function entriesOf(node: FieldNode, field: GraphQLField<unknown, unknown>): number {
  if (!isListType(getNullableType(field.type))) return 1
  const first = field.args.find(({ name }) => name === 'first')
  if (first === undefined) return listSizes.assumed
  const given = node.arguments?.find(({ name }) => name.value === 'first')?.value
  const entries =
    given === undefined
      ? Number(first.defaultValue ?? listSizes.maximum)
      : given.kind === Kind.INT
        ? Number(given.value)
        : listSizes.maximum
  return Math.min(Math.max(entries, 1), listSizes.maximum)
}

function isIntrospection(node: FieldNode): boolean {
  return node.name.value === '__schema' || node.name.value === '__type'
}

function largest(one: Size, other: Size): Size {
  return {
    depth: Math.max(one.depth, other.depth),
    complexity: Math.max(one.complexity, other.complexity),
  }
}
