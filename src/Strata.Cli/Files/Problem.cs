namespace Strata.Cli.Files;

/// <summary>Where something stands in a file, both counted from 1.</summary>
/// <param name="Line">The line.</param>
/// <param name="Column">The column.</param>
internal readonly record struct Place(int Line, int Column);

/// <summary>Something that is wrong with a file.</summary>
/// <param name="File">The path as it was given; `-` is standard input.</param>
/// <param name="Place">Where in the file.</param>
/// <param name="Pointer">Where in the document that the file is about; empty for the whole of it.</param>
/// <param name="Rule">
/// The override rule, schema keyword or policy that refuses, `yaml` for what is no such text, `file` for what does not fit the other files.
/// </param>
/// <param name="Message">What was expected and what there is.</param>
internal sealed record Problem(string File, Place Place, string Pointer, string Rule, string Message)
{
    /// <summary>One line, as compilers write it, so that editors find the place.</summary>
    public override string ToString() => $"{File}:{Place.Line}:{Place.Column}: {(Pointer.Length > 0 ? $"{Pointer}: " : "")}{Rule}: {Message}";
}
