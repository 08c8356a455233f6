using System.Collections.Immutable;
using Strata.JsonSchema.Loading;

namespace Strata.JsonSchema.Compilation;

/// <summary>A schema with all that it refers to, ready to run.</summary>
/// <param name="Root">Where evaluation starts.</param>
/// <param name="Nodes">Every schema reached, by id.</param>
/// <param name="Documents">The documents reached, each with the dialect of its root.</param>
/// <param name="IsDynamic">Whether a <c>$dynamicRef</c> depends on the path taken, so that a scope must be kept.</param>
internal sealed record SchemaProgram(
    SchemaNode Root,
    ImmutableArray<SchemaNode> Nodes,
    ImmutableArray<(SchemaDocument Document, string Dialect)> Documents,
    bool IsDynamic);
