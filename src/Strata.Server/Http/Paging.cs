using System.Buffers.Text;
using System.Text;
using Microsoft.AspNetCore.Mvc;
using Strata.Model;

namespace Strata.Server.Http;

/// <summary>Which part of a list is asked for.</summary>
/// <param name="Limit">Items a page, 1 to 500; 50 when absent.</param>
/// <param name="Cursor">The <c>nextCursor</c> of the page before; absent for the first.</param>
public readonly record struct Paging([FromQuery(Name = "limit")] int? Limit, [FromQuery(Name = "cursor")] string? Cursor)
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 500;

    /// <summary>The page that is asked for.</summary>
    /// <param name="list">What the cursor must belong to: a cursor of another list is refused.</param>
    /// <param name="isKey">Whether a text can be the key of an item.</param>
    internal Result<PageStart> Start(string list, Func<string, bool> isKey)
    {
        if (Limit is < 1 or > MaxLimit)
            return new Error(ErrorCodes.InvalidArgument, $"limit must be 1 to {MaxLimit} (is {Limit}).");
        var prefix = list + " ";
        if (Cursor is null)
            return new PageStart(Limit ?? DefaultLimit, null);
        return Decode(Cursor) is { } text && text.StartsWith(prefix, StringComparison.Ordinal) && isKey(text[prefix.Length..])
            ? new PageStart(Limit ?? DefaultLimit, text[prefix.Length..])
            : new Error(ErrorCodes.InvalidArgument, "cursor must be the nextCursor of a page of this list.");
    }

    /// <summary>The page of a list that is ordered by ids.</summary>
    internal Result<PageStart> StartById(string list) => Start(list, Slug.Is);

    /// <summary>The cursor of the page after an item.</summary>
    internal static string Encode(string list, string after) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{list} {after}"));

    private static string? Decode(string cursor)
    {
        if (!Base64Url.IsValid(cursor))
            return null;
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Base64Url.DecodeFromChars(cursor));
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}

/// <summary>Where a page starts and how long it is.</summary>
/// <param name="Limit">Items at most.</param>
/// <param name="After">The key of the last item before; <c>null</c> at the start.</param>
internal sealed record PageStart(int Limit, string? After);
