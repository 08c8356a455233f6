using System.Buffers;

namespace Strata.JsonSchema.Patterns;

/// <summary>
/// A pattern as a table over the bytes of UTF-8: no backtracking, no transcoding. Answers only whether the pattern occurs in a
/// text, which is all JSON Schema asks. Immutable.
/// </summary>
/// <remarks>Each step waits for the one before it, so what counts is their number: small tables take two bytes a step, and a first run of bytes that change nothing is skipped at once.</remarks>
internal sealed class Automaton
{
    /// <summary>Tables for pairs of bytes stay within a processor's second cache.</summary>
    private const int MaxPairCells = 32_000;

    /// <summary>State 0 never matches, state 1 has matched: behind either, nothing changes.</summary>
    private const int LastDecided = 1;

    private readonly byte[] _classes = new byte[256];
    private readonly int _stride;
    private readonly int[] _next;
    private readonly int[]? _pairs;
    private readonly bool[] _acceptsAtEnd;
    /// <summary>Of the states behind the first byte.</summary>
    private readonly SearchValues<byte>?[] _loops;

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
        _loops = new SearchValues<byte>?[acceptsAtEnd.Length];
        foreach (var second in next.AsSpan(start * stride, stride))
            _loops[second] ??= FindLoop(second);
        _pairs = next.Length * stride <= MaxPairCells ? MakePairs() : null;
    }

    public bool IsMatch(ReadOnlySpan<byte> utf8)
    {
        var state = _start;
        if (utf8.Length > 0 && state > LastDecided)
        {
            state = Step(state, utf8[0]);
            utf8 = utf8[1..];
            if (_loops[state] is { } loop)
            {
                var left = utf8.IndexOfAnyExcept(loop);
                utf8 = left < 0 ? [] : utf8[left..];
            }
        }

        if (_pairs is not null)
            state = RunPairs(state, ref utf8);
        foreach (var unit in utf8)
            state = Step(state, unit);
        return _acceptsAtEnd[state];
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

    private int[] MakePairs()
    {
        var row = _stride * _stride;
        var pairs = new int[_acceptsAtEnd.Length * row];
        for (var cell = 0; cell < pairs.Length; cell++)
        {
            var middle = _next[((cell / row) * _stride) + (cell % row / _stride)];
            pairs[cell] = row * _next[(middle * _stride) + (cell % _stride)];
        }

        return pairs;
    }

    /// <summary>The bytes that leave a state as it is, if there are enough of them.</summary>
    private SearchValues<byte>? FindLoop(int state)
    {
        const int Enough = 8;
        var bytes = Enumerable.Range(0, 256).Select(unit => (byte)unit).Where(unit => Step(state, unit) == state).ToArray();
        return bytes.Length >= Enough && state > LastDecided ? SearchValues.Create(bytes) : null;
    }
}
