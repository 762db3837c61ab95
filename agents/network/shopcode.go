package network

import (
	"strconv"
	"strings"

	"senti/wallet/fault"
	"senti/wallet/id"
)

// ShopCode is what is painted on a shop's wall: six digits or more, the first not 0, the last a check digit that catches every
// single wrong digit and every swap of two neighbours.
type ShopCode string

const (
	codeDigitsMin = 6
	codeDigitsMax = 12
	codeBase      = 10_000 // the least number before a check digit
)

// damm is a totally anti-symmetric quasigroup of order 10, found by H. Michael Damm: the check digit makes the product 0.
var damm = [10][10]byte{
	{0, 3, 1, 7, 5, 9, 8, 6, 4, 2},
	{7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
	{4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
	{1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
	{6, 1, 2, 3, 0, 4, 5, 9, 7, 8},
	{3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
	{5, 8, 6, 9, 7, 2, 0, 1, 3, 4},
	{8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
	{9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
	{2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
}

// product is 0 for digits that end with their check digit.
func product(digits string) byte {
	var p byte
	for i := range len(digits) {
		p = damm[p][digits[i]-'0']
	}
	return p
}

// CodeOf returns the shop code of a number from 0 on: another for every number. The caller takes care that n is new.
func CodeOf(n int64) ShopCode {
	digits := strconv.FormatInt(codeBase+n, 10)
	return ShopCode(digits + string('0'+product(digits)))
}

// ParseCode reads a shop code as typed, with spaces or dashes anywhere. The fault is bad_shop_code; nothing was looked up yet.
func ParseCode(text string) (ShopCode, error) {
	digits := strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, text)
	if len(digits) < codeDigitsMin || len(digits) > codeDigitsMax || strings.Trim(digits, "0123456789") != "" ||
		digits[0] == '0' || product(digits) != 0 {
		return "", fault.New(fault.BadShopCode)
	}
	return ShopCode(digits), nil
}

// Painted is the code as people read it out and as it is painted on the wall: "110 106".
func (c ShopCode) Painted() string {
	const group = 3
	digits, groups := string(c), []string{}
	for len(digits) > group+1 { // no digit stands alone
		groups, digits = append(groups, digits[:group]), digits[group:]
	}
	return strings.Join(append(groups, digits), " ")
}

// bytes16 packs the digits into a key.
func (c ShopCode) bytes16() (key id.ID) {
	copy(key[:], c)
	return key
}
