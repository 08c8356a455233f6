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
    private const int MaxWork = 4_000_000;

    private readonly List<Part> _parts = [new(PartKind.Match, 0, 0, 0, 0)];
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
            PatternTree.Start => NewPart(new Part(PartKind.Start, 0, 0, next, 0)),
            PatternTree.End => NewPart(new Part(PartKind.End, 0, 0, next, 0)),
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
            first = option < 0 ? -1 : NewPart(new Part(PartKind.Fork, 0, 0, option, first));
        }

        return first;
    }

    private int AddRepeat(PatternTree.Repeat repeat, int next)
    {
        if (repeat.Max is null)
        {
            var loop = NewPart(new Part(PartKind.Fork, 0, 0, 0, next));
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
            next = body < 0 ? -1 : NewPart(new Part(PartKind.Fork, 0, 0, body, end));
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
        var tails = new Dictionary<(byte, byte, int), int>();
        var first = -1;
        foreach (var sequence in Utf8Ranges.Of(set))
        {
            var part = next;
            for (var i = sequence.Length - 1; i >= 0; i--)
            {
                var key = (sequence[i].From, sequence[i].To, part);
                if (!tails.TryGetValue(key, out var shared))
                    tails[key] = shared = NewPart(new Part(PartKind.Bytes, key.From, key.To, part, 0));
                part = shared;
            }

            first = first < 0 ? part : NewPart(new Part(PartKind.Fork, 0, 0, part, first));
        }

        // A class that holds nothing matches nothing.
        return first < 0 ? NewPart(new Part(PartKind.Bytes, 1, 0, next, 0)) : first;
    }

    private Automaton? Determinize(int first)
    {
        var (classes, samples) = ByteClasses();
        var again = Closure([first], atStart: false, atEnd: false);
        List<int[]> states = [[], [0]];
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var next = new List<ushort>(new ushort[samples.Length]);
        next.AddRange(Enumerable.Repeat((ushort)1, samples.Length));
        var start = Number(Closure([first], atStart: true, atEnd: false));
        for (var state = 2; state < states.Count; state++)
        {
            foreach (var sample in samples)
            {
                var reached = Step(states[state], sample, again);
                var number = Number(reached);
                next.Add((ushort)number);
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
            if (_parts[part].Kind == PartKind.Bytes && _parts[part].From <= unit && unit <= _parts[part].To)
                reached.Add(_parts[part].Next);
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
        foreach (var part in _parts.Where(part => part.Kind == PartKind.Bytes && part.From <= part.To))
            starts[part.From] = starts[part.To + 1] = true;
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
    /// <param name="From">Lowest byte.</param>
    /// <param name="To">Highest byte.</param>
    /// <param name="Next">Where it goes on.</param>
    /// <param name="Other">A fork's second way.</param>
    private readonly record struct Part(PartKind Kind, byte From, byte To, int Next, int Other);
}
