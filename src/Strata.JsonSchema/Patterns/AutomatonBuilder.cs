using System.Runtime.InteropServices;

namespace Strata.JsonSchema.Patterns;

/// <summary>
/// Thompson's construction over bytes, then the subset construction. Gives up beyond fixed sizes: then a pattern runs on
/// .NET's engine. Look-around, word boundaries and back-references are not for automata.
/// </summary>
internal sealed class AutomatonBuilder
{
    private const int MaxParts = 30_000;
    private const int MaxStates = 4_000;
    private const int MaxCells = 400_000;
    private const int MaxWork = 10_000_000;

    private readonly List<Part> _parts = [new(PartKind.Match, [], 0, 0)];
    private readonly Dictionary<CodePoints, (byte From, byte To)[][]> _sequences = [];
    private int _work;

    private enum PartKind
    {
        Match,
        Bytes,
        Fork,
        Start,
        End,
    }

    /// <summary>Null when the pattern is not fit for an automaton.</summary>
    public static Automaton? Build(PatternTree tree)
    {
        var builder = new AutomatonBuilder();
        var first = builder.Add(tree, next: 0);
        return first < 0 ? null : builder.Determinize(first);
    }

    /// <summary>Adds what matches <paramref name="tree"/> and goes on at <paramref name="next"/>; its first part, or -1.</summary>
    private int Add(PatternTree tree, int next)
    {
        if (next < 0 || _parts.Count > MaxParts)
            return -1;
        return tree switch
        {
            PatternTree.Set set => AddSet(set.CodePoints, next),
            PatternTree.Sequence sequence => sequence.Parts.Reverse().Aggregate(next, (rest, part) => Add(part, rest)),
            PatternTree.Choice choice => AddChoice(choice, next),
            PatternTree.Repeat repeat => AddRepeat(repeat, next),
            PatternTree.Group group => Add(group.Body, next),
            PatternTree.Start => NewPart(new Part(PartKind.Start, [], next, 0)),
            PatternTree.End => NewPart(new Part(PartKind.End, [], next, 0)),
            _ => -1,
        };
    }

    private int NewPart(Part part)
    {
        _parts.Add(part);
        return _parts.Count - 1;
    }

    private int AddChoice(PatternTree.Choice choice, int next)
    {
        var first = Add(choice.Options[^1], next);
        for (var i = choice.Options.Length - 2; i >= 0 && first >= 0; i--)
        {
            var option = Add(choice.Options[i], next);
            first = option < 0 ? -1 : NewPart(new Part(PartKind.Fork, [], option, first));
        }

        return first;
    }

    private int AddRepeat(PatternTree.Repeat repeat, int next)
    {
        if (repeat.Max is null)
        {
            var loop = NewPart(new Part(PartKind.Fork, [], 0, next));
            var body = Add(repeat.Body, loop);
            if (body < 0)
                return -1;
            _parts[loop] = _parts[loop] with { Next = body };
            next = loop;
        }

        for (var i = repeat.Min; i < repeat.Max && next >= 0; i++)
        {
            // Leaving early goes straight to the end: forks would otherwise form chains.
            var end = i == repeat.Min ? next : _parts[next].Other;
            var body = Add(repeat.Body, next);
            if (body == next)
                break;
            next = body < 0 ? -1 : NewPart(new Part(PartKind.Fork, [], body, end));
        }

        for (var i = 0; i < repeat.Min && next >= 0; i++)
        {
            var body = Add(repeat.Body, next);
            if (body == next)
                break;
            next = body;
        }

        return next;
    }

    private int AddSet(CodePoints set, int next)
    {
        if (!_sequences.TryGetValue(set, out var sequences))
            _sequences[set] = sequences = [.. Utf8Ranges.Of(set)];
        return AddTree(sequences, 0, next, new Dictionary<string, int>(StringComparer.Ordinal));
    }

    /// <summary>
    /// A tree over the bytes of a class: one part answers for all ways to go on, however many ranges the class has. First bytes of two
    /// sequences are the same or lie apart, for ranges of code points do not touch. Equal branches are shared.
    /// </summary>
    private int AddTree(ReadOnlySpan<(byte From, byte To)[]> sequences, int depth, int next, Dictionary<string, int> shared)
    {
        var ways = new List<Way>();
        while (!sequences.IsEmpty)
        {
            var bytes = sequences[0][depth];
            var count = 1;
            while (count < sequences.Length && sequences[count][depth] == bytes)
                count++;
            var target = sequences[0].Length == depth + 1 ? next : AddTree(sequences[..count], depth + 1, next, shared);
            ways.Add(new Way(bytes.From, bytes.To, target));
            sequences = sequences[count..];
        }

        var key = string.Join(';', ways);
        if (!shared.TryGetValue(key, out var part))
            shared[key] = part = NewPart(new Part(PartKind.Bytes, [.. ways], 0, 0));
        return part;
    }

    private Automaton? Determinize(int first)
    {
        var (classes, samples) = ByteClasses();
        var again = Closure([first], atStart: false, atEnd: false);
        List<int[]> states = [[], [0]];
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var next = new List<int>(new int[samples.Length]);
        next.AddRange(Enumerable.Repeat(1, samples.Length));
        var start = Number(Closure([first], atStart: true, atEnd: false));
        for (var state = 2; state < states.Count; state++)
        {
            foreach (var sample in samples)
            {
                var reached = Step(states[state], sample, again);
                var number = Number(reached);
                next.Add(number);
                if (states.Count > MaxStates || next.Count > MaxCells || _work > MaxWork)
                    return null;
            }
        }

        var accepts = new bool[states.Count];
        for (var state = 1; state < states.Count; state++)
            accepts[state] = Closure(states[state], atStart: state == start, atEnd: true).Contains(0);
        return new Automaton(classes, samples.Length, [.. next], accepts, start);

        int Number(int[] set)
        {
            if (set.Length == 0)
                return 0;
            if (set[0] == 0)
                return 1;
            var key = new string(MemoryMarshal.Cast<int, char>(set));
            if (!numbers.TryGetValue(key, out var number))
            {
                numbers[key] = number = states.Count;
                states.Add(set);
            }

            return number;
        }
    }

    private int[] Step(int[] set, byte unit, int[] again)
    {
        var reached = new List<int>(again);
        foreach (var part in set)
        {
            foreach (var way in _parts[part].Ways)
            {
                _work++;
                if (way.From <= unit && unit <= way.To)
                    reached.Add(way.Target);
            }
        }

        return reached.Count == again.Length ? again : Closure(reached, atStart: false, atEnd: false);
    }

    /// <summary>All parts reached without a byte, sorted; only those that matter: bytes, an end, the match (which is part 0).</summary>
    private int[] Closure(IReadOnlyCollection<int> from, bool atStart, bool atEnd)
    {
        var seen = new HashSet<int>(from);
        var open = new Stack<int>(from);
        var kept = new List<int>();
        while (open.TryPop(out var number))
        {
            _work++;
            var part = _parts[number];
            if (part.Kind is PartKind.Match or PartKind.Bytes || (part.Kind == PartKind.End && !atEnd))
                kept.Add(number);
            if (part.Kind == PartKind.Fork && seen.Add(part.Other))
                open.Push(part.Other);
            var passes = part.Kind == PartKind.Fork || (part.Kind == PartKind.Start && atStart) || (part.Kind == PartKind.End && atEnd);
            if (passes && seen.Add(part.Next))
                open.Push(part.Next);
        }

        kept.Sort();
        return [.. kept];
    }

    private (byte[] Classes, byte[] Samples) ByteClasses()
    {
        var starts = new bool[257];
        foreach (var way in _parts.SelectMany(part => part.Ways))
            starts[way.From] = starts[way.To + 1] = true;
        var classes = new byte[256];
        var samples = new List<byte> { 0 };
        for (var unit = 1; unit < 256; unit++)
        {
            if (starts[unit])
                samples.Add((byte)unit);
            classes[unit] = (byte)(samples.Count - 1);
        }

        return (classes, [.. samples]);
    }

    /// <param name="Kind">What it does.</param>
    /// <param name="Ways">Where bytes lead; nothing matches when there is no way.</param>
    /// <param name="Next">Where it goes on without a byte.</param>
    /// <param name="Other">A fork's second way.</param>
    private readonly record struct Part(PartKind Kind, Way[] Ways, int Next, int Other);

    private readonly record struct Way(byte From, byte To, int Target);
}
