using System.Collections.Immutable;
using Npgsql;
using Strata.Model.Documents;

namespace Strata.Storage;

/// <summary>The part of idempotency that happens inside the transaction of a commit.</summary>
internal static class Claims
{
    private const string Lock = """
        select holder
        from idempotency
        where caller = $1 and key = $2 and status is null
        for update
        """;

    /// <summary>Makes sure in the caller's transaction, and until it ends, that the claim is still its request's. Without a claim there is nothing to hold.</summary>
    /// <exception cref="OutcomeUnknownException">A later request has taken the key over.</exception>
    public static async Task HoldAsync(NpgsqlTransaction transaction, IdempotencyClaim? claim, CancellationToken cancellationToken)
    {
        if (claim is null)
            return;
        var holders = await transaction.Command(Lock, claim.Caller, claim.Key).ReadAsync(static reader => reader.GetGuid(0), cancellationToken);
        if (!holders.Contains(claim.Holder))
            throw TakenOver();
    }

    /// <summary>What a request learns that has lost its key.</summary>
    public static OutcomeUnknownException TakenOver() => new("The idempotency key was taken over by a later request.");

    private const string StoreAnswer = """
        update idempotency
        set status = $4, headers = $5, body = $6
        where caller = $1 and key = $2 and holder = $3 and status is null
        """;

    /// <summary>Stores the answer under the key. Without a claim there is nothing to store.</summary>
    public static void Answer(NpgsqlBatch batch, IdempotencyClaim? claim, Answer answer)
    {
        if (claim is not null)
            batch.Add(StoreAnswer, claim.Caller, claim.Key, claim.Holder, answer.Status, HeadersText(answer), answer.Body);
    }

    /// <summary>The headers as they are stored: a JSON object.</summary>
    public static string HeadersText(Answer answer) => JsonObject.Of(answer.Headers.Select(header => KeyValuePair.Create(header.Key, Json.Of(header.Value)))).ToString();

    /// <summary>Reads status, headers and body, in this order from <paramref name="first"/>; <c>null</c> while there is no answer.</summary>
    public static Answer? ReadAnswer(NpgsqlDataReader reader, int first) => reader.IsDBNull(first) ? null : new Answer(
        reader.GetInt32(first),
        RevisionRows.Document(reader.GetString(first + 1)).Members.ToArray()
            .ToImmutableSortedDictionary(header => header.Key, header => ((JsonString)header.Value).Value, StringComparer.OrdinalIgnoreCase),
        reader.GetFieldValue<byte[]>(first + 2));
}
