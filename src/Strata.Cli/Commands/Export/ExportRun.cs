using System.Text.Json.Nodes;
using Strata.Cli.Http;
using Strata.Cli.Output;

namespace Strata.Cli.Commands;

/// <summary>One run of `strata export`: `platform.yaml`, a file per section, `segments/` and `tenants/`, as in `platforms/`.</summary>
internal sealed class ExportRun(Terminal terminal, StrataApi api, string folder)
{
    private static readonly string[] SegmentMembers = ["displayName", "priority", "match", "config"];
    private static readonly string[] Attributes = ["displayName", "tier", "region", "labels"];
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);

    /// <summary>Writes the files; says which others lie there.</summary>
    public async Task RunAsync(string platform, CancellationToken cancellationToken)
    {
        var path = $"/v1/platforms/{Uri.EscapeDataString(platform)}";
        var brand = (await api.GetAsync(path, cancellationToken)).Body!;
        var item = new Item("platform", platform, null);
        await WriteAsync("platform.yaml", item, new JsonObject { ["displayName"] = brand["displayName"]?.DeepClone() }, cancellationToken);
        foreach (var (section, value) in (JsonObject)(await api.GetAsync($"{path}/config?layer=own", cancellationToken)).Body!)
            await WriteAsync($"{section}.yaml", item, new JsonObject { [section] = value?.DeepClone() }, cancellationToken);
        foreach (var segment in await api.ListAsync($"{path}/segments", cancellationToken))
        {
            var id = $"{segment["id"]}";
            await WriteAsync($"segments/{id}.yaml", new Item("segment", id, platform), Picked(segment, SegmentMembers), cancellationToken);
        }

        foreach (var tenant in await api.ListAsync($"/v1/tenants?platform={Uri.EscapeDataString(platform)}", cancellationToken))
        {
            if ((string?)tenant["status"] is "offboarding" or "offboarded")
                continue;
            var document = Picked(tenant, Attributes);
            foreach (var (section, value) in (JsonObject)(await api.GetAsync($"/v1/tenants/{tenant["id"]}/overrides", cancellationToken)).Body!)
                document[section] = value?.DeepClone();
            await WriteAsync($"tenants/{tenant["id"]}.yaml", new Item("tenant", $"{tenant["id"]}", platform), document, cancellationToken);
        }

        var others = Directory.EnumerateFiles(folder, "*.yaml", SearchOption.AllDirectories).Where(file => !_written.Contains(file));
        foreach (var other in others.Order(StringComparer.Ordinal))
            await terminal.Error.WriteLineAsync($"warning {other} is not part of this export; `strata apply` would take it for one");
    }

    private async Task WriteAsync(string path, Item item, JsonObject document, CancellationToken cancellationToken)
    {
        var file = Path.Combine(folder, path.Replace('/', Path.DirectorySeparatorChar));
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var content = new JsonObject { ["kind"] = item.Kind, ["id"] = item.Id };
        if (item.Platform is not null)
            content["platform"] = item.Platform;
        content["document"] = document;
        await File.WriteAllTextAsync(file, YamlText.Write(content), cancellationToken);
        _written.Add(file);
        await terminal.Out.WriteLineAsync(file);
    }

    /// <summary>The members that say something: empty ones are how the API spells absent ones.</summary>
    private static JsonObject Picked(JsonNode from, string[] names) =>
        new(names.Where(name => from[name] is not (null or JsonObject { Count: 0 })).Select(name => KeyValuePair.Create(name, from[name]?.DeepClone())));

    private sealed record Item(string Kind, string Id, string? Platform);
}
