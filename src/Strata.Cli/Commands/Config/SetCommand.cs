using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Strata.Cli.Options;

namespace Strata.Cli.Commands;

/// <summary>`strata config set`.</summary>
internal static class SetCommand
{
    public static Command Create(Terminal terminal)
    {
        var write = new ConfigWrite();
        var pointer = PointerArgument.Required("What to set, as a JSON Pointer.");
        var value = new Argument<string>("value") { Description = "JSON, or else a string. A secret is given by reference: secret://store/path#/field." };
        var command = new ExampleCommand(
            "set",
            "Set a value in a layer. Lists are replaced as a whole unless the pointer goes into one.",
            "strata config set --tenant acme /quotas/requestsPerMinute 200",
            "strata config set --platform dcoder /quotas/requestsPerMinute 500 --comment \"less load\" --dry-run",
            "strata config set --tenant acme /branding/productName 'Acme Code'") { pointer, value };
        write.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var set = Value(parsed.GetRequiredValue(value));
            return write.RunAsync(terminal, parsed, own => ConfigWrite.Patch(own, JsonPointer.Parse(parsed.GetRequiredValue(pointer)), set), cancellationToken);
        });
        return command;
    }

    /// <summary>JSON when it can be read as such, else a string; a secret's address becomes a reference.</summary>
    public static JsonNode Value(string text)
    {
        try
        {
            return JsonNode.Parse(text) ?? throw new CommandFailedException(ExitCode.Usage, "null is no value; `strata config unset` takes a value away.");
        }
        catch (JsonException)
        {
            return SecretAddress.Expand(JsonValue.Create(text))!;
        }
    }
}
