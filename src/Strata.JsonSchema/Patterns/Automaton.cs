namespace Strata.JsonSchema.Patterns;

/// <summary>
/// A pattern as a table over the bytes of UTF-8: one look-up per byte, no backtracking, no transcoding. Answers only whether
/// the pattern occurs in a text, which is all JSON Schema asks. Immutable.
/// </summary>
internal sealed class Automaton
{
    private readonly byte[] _classes;
    private readonly ushort[] _next;
    private readonly bool[] _acceptsAtEnd;
    private readonly int _stride;
    private readonly int _start;

    /// <param name="classes">Bytes that no state tells apart share a class.</param>
    /// <param name="stride">Number of classes.</param>
    /// <param name="next">Rows of <paramref name="stride"/> states. State 0 never matches, state 1 has matched.</param>
    /// <param name="acceptsAtEnd">By state: whether the text may end here.</param>
    /// <param name="start">The first state.</param>
    public Automaton(byte[] classes, int stride, ushort[] next, bool[] acceptsAtEnd, int start)
    {
        _classes = classes;
        _stride = stride;
        _next = next;
        _acceptsAtEnd = acceptsAtEnd;
        _start = start;
    }

    public bool IsMatch(ReadOnlySpan<byte> utf8)
    {
        var state = _start;
        var next = _next;
        var classes = _classes;
        foreach (var unit in utf8)
        {
            if (state <= 1)
                break;
            state = next[(state * _stride) + classes[unit]];
        }

        return _acceptsAtEnd[state];
    }
}
