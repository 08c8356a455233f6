using System.Text;
using Strata.JsonSchema.Bowtie;

// Bowtie speaks JSON lines: one command a line in, one answer a line out.
var harness = new Harness(assertFormats: args.Contains("--assert-formats", StringComparer.Ordinal));
using var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true, NewLine = "\n" };
while (await input.ReadLineAsync() is { } line)
{
    if (string.IsNullOrWhiteSpace(line))
        continue;
    if (harness.Answer(line) is not { } answer)
        break;
    await output.WriteLineAsync(answer);
}
