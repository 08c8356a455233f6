using System.Runtime.Intrinsics;

namespace Strata.JsonSchema.Patterns;

/// <summary>
/// A pattern as a table over the bytes of UTF-8: no backtracking, no transcoding. Answers only whether the pattern occurs in a
/// text, which is all JSON Schema asks. Immutable.
/// </summary>
/// <remarks>
/// Each step waits for the one before it, so what counts is how long one takes. Up to sixteen states fit a vector: a step is one shuffle, and the look-ups
/// need not wait. Larger tables take two bytes a step as long as they are not too large for it.
/// </remarks>
internal sealed class Automaton
{
    /// <summary>Tables for pairs of bytes stay within a processor's second cache, and their cells are numbered by 16 bits.</summary>
    private const int MaxPairCells = 32_000;

    /// <summary>State 0 never matches, state 1 has matched: behind either, nothing changes.</summary>
    private const int LastDecided = 1;

    private readonly byte[] _classes = new byte[256];
    private readonly int _stride;
    private readonly int[] _next;
    private readonly Vector128<byte>[]? _shuffles;
    private readonly ushort[]? _pairs;
    private readonly bool[] _acceptsAtEnd;
    private readonly int _start;

    /// <param name="classes">Bytes that no state tells apart share a class.</param>
    /// <param name="stride">Number of classes.</param>
    /// <param name="next">Rows of <paramref name="stride"/> states.</param>
    /// <param name="acceptsAtEnd">By state: whether the text may end here.</param>
    /// <param name="start">The first state.</param>
    public Automaton(byte[] classes, int stride, int[] next, bool[] acceptsAtEnd, int start)
    {
        classes.CopyTo(_classes, 0);
        _stride = stride;
        _next = next;
        _acceptsAtEnd = acceptsAtEnd;
        _start = start;
        if (acceptsAtEnd.Length <= Vector128<byte>.Count)
            _shuffles = MakeShuffles();
        else if (next.Length * stride <= MaxPairCells)
            _pairs = MakePairs();
    }

    public bool IsMatch(ReadOnlySpan<byte> utf8)
    {
        if (_shuffles is not null)
            return _acceptsAtEnd[RunShuffles(_shuffles, utf8)];
        var state = _start;
        if (_pairs is not null)
            state = RunPairs(state, ref utf8);
        foreach (var unit in utf8)
            state = Step(state, unit);
        return _acceptsAtEnd[state];
    }

    private int RunShuffles(Vector128<byte>[] shuffles, ReadOnlySpan<byte> utf8)
    {
        var classes = _classes;
        var state = Vector128.Create((byte)_start);
        foreach (var unit in utf8)
            state = Vector128.ShuffleNative(shuffles[classes[unit]], state);
        return state.ToScalar();
    }

    private int Step(int state, byte unit) => _next[(state * _stride) + _classes[unit]];

    private int RunPairs(int state, ref ReadOnlySpan<byte> utf8)
    {
        var pairs = _pairs!;
        var classes = _classes;
        var stride = _stride;
        var row = stride * stride;
        // A state is kept as the place of its row here, which saves a multiplication in every step.
        state *= row;
        while (utf8.Length >= 2 && state > LastDecided * row)
        {
            state = pairs[state + (classes[utf8[0]] * stride) + classes[utf8[1]]];
            utf8 = utf8[2..];
        }

        return state / row;
    }

    /// <summary>By class, where it leads from each state.</summary>
    private Vector128<byte>[] MakeShuffles()
    {
        var shuffles = new Vector128<byte>[_stride];
        for (var cell = 0; cell < _next.Length; cell++)
            shuffles[cell % _stride] = shuffles[cell % _stride].WithElement(cell / _stride, (byte)_next[cell]);
        return shuffles;
    }

    private ushort[] MakePairs()
    {
        var row = _stride * _stride;
        var pairs = new ushort[_acceptsAtEnd.Length * row];
        for (var cell = 0; cell < pairs.Length; cell++)
        {
            var middle = _next[((cell / row) * _stride) + (cell % row / _stride)];
            pairs[cell] = (ushort)(row * _next[(middle * _stride) + (cell % _stride)]);
        }

        return pairs;
    }
}
