using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Strata.JsonSchema.Compilation;
using Strata.JsonSchema.Json;
using Strata.JsonSchema.Loading;
using Strata.JsonSchema.Patterns;

namespace Strata.JsonSchema.Evaluation;

/// <summary>
/// One validation of one instance. <c>Check</c> answers yes or no and stops at the first fault; <c>Collect</c>, run when that
/// said no, finds them all. This file holds what both share: limits, the dynamic scope, and which members and items have been evaluated.
/// </summary>
/// <remarks>
/// <b>Marks.</b> Only where <c>unevaluatedProperties</c> or <c>unevaluatedItems</c> asks for it, a set of bits is kept with one bit
/// per member or item of the value at hand. Sets live on a stack of words and are named by their offset; -1 means nobody asks.
/// A schema marks into the set it is given. A branch that may fail gets a set of its own, merged when it succeeds.
/// </remarks>
internal ref partial struct Evaluator
{
    public const int Untracked = -1;

    /// <summary>The stack does not hold what a deep value needs.</summary>
    public const string TooDeep = "is nested too deeply for its schema";

    /// <summary>Every so many levels the stack is looked at; what they take is far less than the runtime keeps in reserve.</summary>
    private const int LevelsBetweenLooks = 16;

    private readonly Tape _tape;
    private readonly SchemaProgram _program;
    private readonly SchemaOptions _options;
    private ulong[]? _marks;
    private int _marksTop;
    private List<SchemaResource>? _scope;
    private List<(SchemaNode Node, int Row)>? _active;
    private int _depth;
    private int _stepsLeft;
    private TimeSpan _matching;
    private List<Finding>? _findings;
    private List<string>? _path;

    public Evaluator(SchemaProgram program, SchemaOptions options, Tape tape)
    {
        _program = program;
        _options = options;
        _tape = tape;
        _stepsLeft = options.MaxSteps;
        _scope = program.IsDynamic ? [] : null;
    }

    /// <summary>Why evaluation was given up; null as long as it was not. A verdict is then meaningless.</summary>
    public string? GivenUp { get; private set; }

    public void Dispose()
    {
        if (_marks is not null)
            ArrayPool<ulong>.Shared.Return(_marks);
        _marks = null;
    }

    /// <summary>
    /// Goes a level down and takes the steps off that a schema costs at a value. False once a limit is reached: then
    /// <see cref="GivenUp"/> says which, and what evaluation goes on to answer means nothing.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Enter(int row)
    {
        _stepsLeft -= 1 + (_tape.Rows[row].Type > JsonTypes.String ? _tape.Rows[row].Length : TextSteps(_tape.Rows[row].Length));
        return (_stepsLeft >= 0 & ++_depth % LevelsBetweenLooks != 0) || EnterSlowly();
    }

    /// <summary>What reading a text costs, so that one long text read again and again is not free.</summary>
    private static int TextSteps(int bytes) => bytes >> 6;

    private bool EnterSlowly()
    {
        if (GivenUp is not null)
            return false;
        if (_stepsLeft < 0)
            GivenUp = $"takes more than {_options.MaxSteps} steps to check";
        else if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            GivenUp = TooDeep;
        return GivenUp is null;
    }

    /// <summary>Whether a pattern matches. Automata take linear time; what the framework's engine takes is added up over the whole validation.</summary>
    /// <exception cref="RegexMatchTimeoutException">That is more than <see cref="SchemaOptions.MaxPatternTime"/>.</exception>
    private bool Matches(Pattern pattern, scoped ReadOnlySpan<byte> text)
    {
        _stepsLeft -= TextSteps(text.Length);
        if (pattern.IsAutomaton)
            return pattern.IsMatch(text);
        var start = Stopwatch.GetTimestamp();
        var isMatch = pattern.IsMatch(text);
        _matching += Stopwatch.GetElapsedTime(start);
        return _matching <= _options.MaxPatternTime ? isMatch : throw new RegexMatchTimeoutException();
    }

    /// <summary>A schema that meets itself at the same value would never end.</summary>
    private bool EnterCycle(SchemaNode node, int row)
    {
        _active ??= [];
        // With a dynamic scope another visit may go another way, by what it entered in between: as often as there are documents, then it is endless.
        if (_active.Count(pair => pair.Node == node && pair.Row == row) > (_scope is null ? 0 : _program.Documents.Length + 1))
        {
            GivenUp = "makes its schema refer to itself without end";
            return false;
        }

        _active.Add((node, row));
        return true;
    }

    private readonly void LeaveCycle() => _active!.RemoveAt(_active.Count - 1);

    private readonly bool EnterResource(SchemaNode node)
    {
        if (_scope is null || (_scope.Count > 0 && _scope[^1] == node.Resource))
            return false;
        _scope.Add(node.Resource);
        return true;
    }

    private readonly void LeaveResource() => _scope!.RemoveAt(_scope.Count - 1);

    private readonly SchemaNode Target(DynamicReference reference)
    {
        foreach (var resource in _scope ?? [])
        {
            if (reference.Targets.TryGetValue(resource, out var target))
                return target;
        }

        return reference.Initial;
    }

    /// <summary>A new, empty set for the members or items of a container.</summary>
    private int BeginMarks(int container)
    {
        var words = Words(container);
        var marks = _marksTop;
        _marksTop += words;
        if (_marks is null || _marksTop > _marks.Length)
            GrowMarks();
        _marks.AsSpan(marks, words).Clear();
        return marks;
    }

    private void GrowMarks()
    {
        var larger = ArrayPool<ulong>.Shared.Rent(Math.Max(64, _marksTop * 2));
        if (_marks is not null)
        {
            _marks.CopyTo(larger, 0);
            ArrayPool<ulong>.Shared.Return(_marks);
        }

        _marks = larger;
    }

    private void EndMarks(int marks) => _marksTop = marks;

    private readonly void MergeMarks(int from, int into, int container)
    {
        if (into == Untracked || from == Untracked)
            return;
        for (var word = 0; word < Words(container); word++)
            _marks![into + word] |= _marks[from + word];
    }

    private readonly void MarkAll(int marks, int container)
    {
        if (marks != Untracked)
            _marks.AsSpan(marks, Words(container)).Fill(ulong.MaxValue);
    }

    private readonly void Mark(int marks, int index) => _marks![marks + (index >> 6)] |= 1UL << (index & 63);

    private readonly bool IsMarked(int marks, int index) => (_marks![marks + (index >> 6)] & (1UL << (index & 63))) != 0;

    private readonly int Words(int container) => (_tape.Rows[container].Length + 63) >> 6;
}
