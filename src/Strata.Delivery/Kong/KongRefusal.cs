using System.Collections.Immutable;
using System.Globalization;
using Strata.Model;
using Strata.Model.Delivery;
using Strata.Model.Documents;

namespace Strata.Delivery.Kong;

/// <summary>Why a node refuses a configuration: Kong's errors, traced back to whom they concern and to where it is configured. Pure.</summary>
/// <param name="Message">All in a sentence.</param>
/// <param name="Conditions">One for each tenant concerned, and one for what concerns no single tenant.</param>
internal sealed record KongRefusal(string Message, ImmutableArray<Condition> Conditions)
{
    private const int Told = 3;

    /// <summary>Whether the answer says what is wrong at all. What Kong keys by name is lost when it tells faults by entity.</summary>
    public static bool IsSilent(KongAnswer answer) =>
        answer.Body.Member("code").Number() == 14 && answer.Body.Member("flattened_errors") is not JsonArray { Items.IsEmpty: false } && !answer.Body.Member("fields").Entries().Any();

    /// <summary>Reads an answer of 400.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="document">What was sent.</param>
    public static KongRefusal Of(KongAnswer answer, JsonObject document)
    {
        var entities = KongObserve.Of(document);
        var faults = answer.Body.Member("flattened_errors") is JsonArray { Items: { IsEmpty: false } flattened }
            ? [.. flattened.SelectMany(error => Flattened(error, entities))]
            : Fields(answer.Body.Member("fields"), document, entities).ToImmutableArray();
        if (faults.IsEmpty)
            return new KongRefusal($"Kong refuses the configuration ({answer.Words})", []);
        var conditions = from fault in faults
                         let tenant = fault.Entity?.Owner("tenant")
                         group fault by tenant into ofTenant
                         orderby ofTenant.Key
                         select new Condition("Refused", true, "RefusedByKong", Sentence(ofTenant)) { Tenant = ofTenant.Key is { } id ? TenantId.Parse(id) : null };
        return new KongRefusal(Sentence(faults), [.. conditions]);
    }

    private static string Sentence(IEnumerable<Fault> faults)
    {
        var all = faults.ToImmutableArray();
        return $"Kong refuses {string.Join("; ", all.Take(Told))}{(all.Length > Told ? string.Create(CultureInfo.InvariantCulture, $"; and {all.Length - Told} more") : "")}";
    }

    private static IEnumerable<Fault> Flattened(Json error, ImmutableArray<KongEntity> entities)
    {
        var id = error.Member("entity_id").Text();
        var entity = entities.FirstOrDefault(entity => entity.Id == id);
        var what = error.Member("entity_type").Text() ?? "entity";
        return error.Member("errors") is JsonArray errors
            ? errors.Items.Select(each => new Fault(entity, what, each.Member("field").Text() ?? "", each.Member("message").Text() ?? each.Member("message")?.ToString() ?? ""))
            : [];
    }

    /// <summary>The tree of faults mirrors the document; but references and second unique fields are keyed by name.</summary>
    private static IEnumerable<Fault> Fields(Json? fields, JsonObject document, ImmutableArray<KongEntity> entities)
    {
        foreach (var (type, below) in fields.Entries())
        {
            var faults = KongObserve.IsType(type) ? OfType(type, below, document, entities) : Texts(type, below).Select(text => new Fault(null, "the document", text.Path, text.Text));
            foreach (var fault in faults)
                yield return fault;
        }
    }

    private static IEnumerable<Fault> OfType(string type, Json below, JsonObject holder, ImmutableArray<KongEntity> entities)
    {
        var kind = KongObserve.Types.First(known => known.Type == type).Kind;
        if (below is JsonObject byName)
            return byName.Members.ToArray().SelectMany(named => Texts("", named.Value).Select(text =>
                new Fault(entities.FirstOrDefault(entity => entity.Kind == kind && entity.Name == named.Key), $"{kind} {named.Key}", text.Path, text.Text)));
        if (below is not JsonArray { Items: var byPosition } || holder[type] is not JsonArray { Items: var rows })
            return Texts("", below).Select(text => new Fault(null, type, text.Path, text.Text));
        return byPosition.Zip(rows).Where(pair => pair.First is JsonObject && pair.Second is JsonObject).SelectMany(pair =>
        {
            var (fault, row) = ((JsonObject)pair.First, (JsonObject)pair.Second);
            var entity = entities.FirstOrDefault(entity => entity.Id == row["id"].Text());
            var own = JsonObject.Of(fault.Members.ToArray().Where(member => !KongObserve.IsType(member.Key)));
            var children = JsonObject.Of(fault.Members.ToArray().Where(member => own[member.Key] is null));
            return Texts("", own).Select(text => new Fault(entity, kind, text.Path, text.Text)).Concat(Fields(children, row, entities));
        });
    }

    private static IEnumerable<(string Path, string Text)> Texts(string path, Json value) => value switch
    {
        JsonString text => [(path, text.Value)],
        JsonArray list => list.Items.SelectMany(item => Texts(path, item)),
        JsonObject members => members.Members.ToArray().SelectMany(member =>
            Texts(member.Key == "@entity" ? path : path.Length == 0 ? member.Key : $"{path}.{member.Key}", member.Value)),
        _ => [],
    };

    private sealed record Fault(KongEntity? Entity, string What, string Field, string Message)
    {
        public override string ToString()
        {
            var pointer = Entity is null ? null : KongPointers.Of(Entity, Field);
            var brand = pointer is null || Entity?.Owner("tenant") is not null ? "" : $" of {Entity?.Owner("brand")}";
            return $"{(Entity is null ? What : $"{Entity.Kind} {Entity.Name}")}{(Field.Length > 0 ? $" {Field}" : "")}{(pointer is null ? "" : $" ({pointer}{brand})")}: {Message}";
        }
    }
}
