namespace Strata.Cli.Output;

/// <summary>What a line of a result means to somebody who looks at it.</summary>
internal enum Colour
{
    /// <summary>Nothing special.</summary>
    None,

    /// <summary>Something new, or well.</summary>
    Green,

    /// <summary>Something other, or to be looked at.</summary>
    Yellow,

    /// <summary>Something that goes, or is broken.</summary>
    Red,
}

/// <summary>Colours of terminals (ECMA-48, 8.3.117).</summary>
internal static class Colours
{
    /// <summary>The text in a colour, where the terminal shows any.</summary>
    public static string Paint(this Terminal terminal, string text, Colour colour)
    {
        if (!terminal.UsesColour || colour == Colour.None || text.Length == 0)
            return text;
        var code = colour switch
        {
            Colour.Green => "32",
            Colour.Yellow => "33",
            _ => "31",
        };
        return $"\u001b[{code}m{text}\u001b[0m";
    }

    /// <summary>The colour of a line of a diff, by its mark.</summary>
    public static Colour OfMark(string line) => line.TrimStart() switch
    {
        ['+', ..] => Colour.Green,
        ['-', ..] => Colour.Red,
        ['~', ..] => Colour.Yellow,
        _ => Colour.None,
    };
}
