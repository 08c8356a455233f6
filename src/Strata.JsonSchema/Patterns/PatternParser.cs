using System.Collections.Immutable;
using System.Globalization;

namespace Strata.JsonSchema.Patterns;

/// <summary>
/// Reads a regular expression by the grammar of ECMA-262 with the <c>u</c> flag, strictly: what JavaScript refuses there
/// (<c>\Z</c>, <c>\a</c>, <c>\-</c> outside a class, a lone bracket) is refused here too.
/// </summary>
/// <exception cref="FormatException">From <see cref="Parse"/>: the expression is wrong; the message says how.</exception>
internal ref partial struct PatternParser
{
    private const int MaxNesting = 100;
    private const int MaxRepeat = int.MaxValue;

    private readonly string _source;
    private readonly List<string?> _groups;
    private readonly List<(string? Name, int Number)> _references;
    private int _at;
    private int _nesting;

    private PatternParser(string source)
    {
        _source = source;
        _groups = [];
        _references = [];
    }

    public static PatternTree Parse(string source)
    {
        var parser = new PatternParser(source);
        var tree = parser.ParseChoice();
        if (parser._at < source.Length)
            throw parser.Wrong("unmatched ')'");
        return parser.ResolveNames(tree);
    }

    private bool More => _at < _source.Length;

    private readonly bool Ahead(string text) => string.CompareOrdinal(_source, _at, text, 0, text.Length) == 0;

    private bool Take(string text)
    {
        if (!Ahead(text))
            return false;
        _at += text.Length;
        return true;
    }

    private PatternTree ParseChoice()
    {
        if (++_nesting > MaxNesting)
            throw Wrong("nested too deeply");
        var options = ImmutableArray.CreateBuilder<PatternTree>();
        do
            options.Add(ParseSequence());
        while (Take("|"));
        _nesting--;
        return options.Count == 1 ? options[0] : new PatternTree.Choice(options.ToImmutable());
    }

    private PatternTree ParseSequence()
    {
        var parts = new List<PatternTree>();
        while (More && _source[_at] is not ('|' or ')'))
        {
            var assertion = ParseAssertion();
            parts.Add(assertion ?? ParseQuantified(ParseAtom()));
        }

        return PatternTree.Of(parts);
    }

    private PatternTree? ParseAssertion()
    {
        if (Take("^"))
            return new PatternTree.Start();
        if (Take("$"))
            return new PatternTree.End();
        if (Take("\\b"))
            return new PatternTree.WordBoundary(IsNegated: false);
        if (Take("\\B"))
            return new PatternTree.WordBoundary(IsNegated: true);
        if (Take("(?="))
            return new PatternTree.Look(ParseGroupBody(), IsBehind: false, IsNegated: false);
        if (Take("(?!"))
            return new PatternTree.Look(ParseGroupBody(), IsBehind: false, IsNegated: true);
        if (Take("(?<="))
            return new PatternTree.Look(ParseGroupBody(), IsBehind: true, IsNegated: false);
        return Take("(?<!") ? new PatternTree.Look(ParseGroupBody(), IsBehind: true, IsNegated: true) : null;
    }

    private PatternTree ParseGroupBody()
    {
        var body = ParseChoice();
        return Take(")") ? body : throw Wrong("missing ')'");
    }

    private PatternTree ParseQuantified(PatternTree atom)
    {
        if (!More)
            return atom;
        var (min, max) = (0, (int?)null);
        switch (_source[_at])
        {
            case '*':
                _at++;
                break;
            case '+':
                (min, _at) = (1, _at + 1);
                break;
            case '?':
                (max, _at) = (1, _at + 1);
                break;
            case '{':
                (min, max) = ParseCount();
                break;
            default:
                return atom;
        }

        return new PatternTree.Repeat(atom, min, max, Take("?"));
    }

    private (int Min, int? Max) ParseCount()
    {
        _at++;
        var min = ParseNumber() ?? throw Wrong("'{' must start a count");
        var max = (int?)min;
        if (Take(","))
            max = ParseNumber();
        if (!Take("}"))
            throw Wrong("'{' must start a count");
        return max < min ? throw Wrong("a count's bounds are out of order") : (min, max);
    }

    private int? ParseNumber()
    {
        var start = _at;
        while (More && char.IsAsciiDigit(_source[_at]))
            _at++;
        if (_at == start)
            return null;
        return int.TryParse(_source.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : MaxRepeat;
    }

    private PatternTree ParseAtom()
    {
        if (Take("."))
            return new PatternTree.Set(CodePoints.Dot);
        if (Take("(?:"))
            return new PatternTree.Group(ParseGroupBody(), 0);
        if (Take("("))
            return ParseCapture();
        if (Take("["))
            return new PatternTree.Set(ParseClass());
        if (Take("\\"))
            return ParseEscape();
        if (_source[_at] is '*' or '+' or '?' or '{')
            throw Wrong("nothing to repeat");
        if (_source[_at] is ']' or '}')
            throw Wrong("unmatched bracket");
        return new PatternTree.Set(CodePoints.Single(TakeCodePoint()));
    }

    private PatternTree.Group ParseCapture()
    {
        string? name = null;
        if (Take("?"))
        {
            name = Take("<") ? ParseName() : throw Wrong("unknown kind of group");
            if (_groups.Contains(name, StringComparer.Ordinal))
                throw Wrong("two groups have the same name");
        }

        _groups.Add(name);
        var number = _groups.Count;
        return new PatternTree.Group(ParseGroupBody(), number);
    }

    private string ParseName()
    {
        var end = _source.IndexOf('>', _at);
        var name = end > _at ? _source[_at..end] : throw Wrong("a group's name is missing");
        if (!name.All(letter => char.IsLetterOrDigit(letter) || letter is '_' or '$') || char.IsAsciiDigit(name[0]))
            throw Wrong("a group's name is malformed");
        _at = end + 1;
        return name;
    }

    private PatternTree ParseEscape()
    {
        if (Take("k<"))
        {
            _references.Add((ParseName(), 0));
            return new PatternTree.BackReference(-_references.Count);
        }

        if (More && _source[_at] is >= '1' and <= '9')
        {
            _references.Add((null, ParseNumber()!.Value));
            return new PatternTree.BackReference(-_references.Count);
        }

        return new PatternTree.Set(ParseClassEscape() ?? CodePoints.Single(ParseCharacterEscape(inClass: false)));
    }

    /// <summary>Groups may be referred to before they are opened, so numbers are known at the end only.</summary>
    private readonly PatternTree ResolveNames(PatternTree tree)
    {
        var numbers = new List<int>();
        foreach (var (name, number) in _references)
        {
            var resolved = name is null ? number : _groups.IndexOf(name) + 1;
            if (resolved < 1 || resolved > _groups.Count)
                throw new FormatException("a back-reference has no group");
            numbers.Add(resolved);
        }

        return numbers.Count == 0 ? tree : Replace(tree, numbers);
    }

    private static PatternTree Replace(PatternTree tree, List<int> numbers) => tree switch
    {
        PatternTree.BackReference reference => new PatternTree.BackReference(numbers[-reference.Number - 1]),
        PatternTree.Sequence sequence => new PatternTree.Sequence([.. sequence.Parts.Select(part => Replace(part, numbers))]),
        PatternTree.Choice choice => new PatternTree.Choice([.. choice.Options.Select(option => Replace(option, numbers))]),
        PatternTree.Repeat repeat => repeat with { Body = Replace(repeat.Body, numbers) },
        PatternTree.Group group => group with { Body = Replace(group.Body, numbers) },
        PatternTree.Look look => look with { Body = Replace(look.Body, numbers) },
        _ => tree,
    };

    private int TakeCodePoint()
    {
        var isPair = char.IsHighSurrogate(_source[_at]) && _at + 1 < _source.Length && char.IsLowSurrogate(_source[_at + 1]);
        var code = isPair ? char.ConvertToUtf32(_source[_at], _source[_at + 1]) : _source[_at];
        _at += isPair ? 2 : 1;
        return code;
    }

    private readonly FormatException Wrong(string what) => new(string.Create(CultureInfo.InvariantCulture, $"{what} (at character {_at + 1})"));
}
