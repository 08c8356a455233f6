using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Strata.JsonSchema.Compilation;
using Strata.JsonSchema.Evaluation;
using Strata.JsonSchema.Json;

namespace Strata.JsonSchema;

/// <summary>A schema ready for use. Immutable: one object serves any number of threads at once.</summary>
public sealed class CompiledSchema
{
    private readonly SchemaProgram _program;
    private readonly SchemaOptions _options;

    internal CompiledSchema(SchemaProgram program, SchemaOptions options)
    {
        _program = program;
        _options = options;
        Root = new PlaceGraph(program).Root;
    }

    /// <summary>The schema walked without an instance: what it says about each place in its documents.</summary>
    public SchemaPlace Root { get; }

    /// <summary>Whether an instance is valid. Stops at the first fault and allocates next to nothing.</summary>
    /// <param name="utf8Json">One JSON text (RFC 8259) in UTF-8. Lone surrogates in <c>\u</c> escapes are allowed.</param>
    /// <returns>False also when a limit of <see cref="SchemaOptions"/> is exceeded.</returns>
    /// <exception cref="JsonException">It is not JSON; the exception says where.</exception>
    public bool IsValid(ReadOnlySpan<byte> utf8Json)
    {
        var count = TapeParser.Parse(utf8Json, _options.MaxDepth, out var rows);
        var valid = count > 0 && IsValid(new Tape(utf8Json, rows.AsSpan(0, count)));
        ArrayPool<Row>.Shared.Return(rows);
        return valid;
    }

    /// <summary>All errors of an instance, in the order of the document, at most <see cref="SchemaOptions.MaxErrors"/>.</summary>
    /// <param name="utf8Json">One JSON text (RFC 8259) in UTF-8. Lone surrogates in <c>\u</c> escapes are allowed.</param>
    /// <returns>
    /// Empty when the instance is valid. An exceeded limit of <see cref="SchemaOptions"/> is an error of the whole document, told by
    /// <see cref="SchemaError.IsExceededLimit"/>. Unless the instance is valid it is looked at twice, and each look has the limits to itself.
    /// </returns>
    /// <exception cref="JsonException">It is not JSON; the exception says where.</exception>
    public ImmutableArray<SchemaError> Validate(ReadOnlySpan<byte> utf8Json)
    {
        var count = TapeParser.Parse(utf8Json, _options.MaxDepth, out var rows);
        try
        {
            if (count < 0)
            {
                var depth = _options.MaxDepth.ToString(CultureInfo.InvariantCulture);
                return [OfLimit($"must be nested at most {depth} levels deep", depth)];
            }

            var tape = new Tape(utf8Json, rows.AsSpan(0, count));
            return IsValid(tape) ? [] : Collect(tape);
        }
        finally
        {
            ArrayPool<Row>.Shared.Return(rows);
        }
    }

    private bool IsValid(Tape tape)
    {
        using var evaluation = new Evaluator(_program, _options, tape);
        try
        {
            return evaluation.Check(_program.Root, 0) && evaluation.GivenUp is null;
        }
        catch (Exception limit) when (limit is RegexMatchTimeoutException or InsufficientExecutionStackException)
        {
            return false;
        }
    }

    private ImmutableArray<SchemaError> Collect(Tape tape)
    {
        using var evaluation = new Evaluator(_program, _options, tape);
        var reason = (string?)null;
        try
        {
            evaluation.Collect(_program.Root, 0);
            reason = evaluation.GivenUp;
        }
        catch (RegexMatchTimeoutException)
        {
            reason = "takes too long to match the patterns of its schema";
        }
        catch (InsufficientExecutionStackException)
        {
            reason = Evaluator.TooDeep;
        }

        var errors = ImmutableArray.CreateBuilder<SchemaError>();
        foreach (var finding in evaluation.SortedFindings.Take(_options.MaxErrors))
            errors.Add(finding.ToError(tape));
        // What the first look refused is never reported as valid, though a limit may have been reached only then.
        if (errors.Count == 0 || (reason is not null && errors.Count < _options.MaxErrors))
            errors.Add(OfLimit(reason ?? "takes too long to check", limit: null));
        return errors.ToImmutable();
    }

    private SchemaError OfLimit(string message, string? limit) =>
        new("", "", _program.Root.Resource.Locate(_program.Root.Row), "", message, limit) { IsExceededLimit = true };
}
